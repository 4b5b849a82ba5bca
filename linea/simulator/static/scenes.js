// Scenes: several people at once, and conversations that are recorded, kept and played again.

import { get, post, query } from "./api.js";
import { element, icon } from "./format.js";
import { CHANNELS, say } from "./phone.js";

const CROWD = [
  ["Rosa", "¿Dónde me hago la prueba?"],
  ["Yuleisy", "hola buenas como me registro pa la ayuda"],
  ["José", "tengo fiebre y tos desde ayer que hago"],
  ["Carmen", "La vacuna cuesta??"],
  ["Andrés", "quiero hablar con una persona"],
];
const BURST = ["Hola", "buenas tardes", "tengo una pregunta", "donde me hago la prueba", "estoy en Tumbes"];
const STEPS = {
  expect: "La línea", send: "Escribe", change: "Le pasa", echo: "El equipo", standby: "A otro sistema", handover: "Otro sistema",
};
const KINDS = {
  image: "foto", voice: "nota de voz", audio: "audio", video: "video", document: "documento", sticker: "sticker",
};

const at = (id) => document.getElementById(id);

export class Scenes {
  // `phones()` gives the phones on the page; `call(names)` puts people there and gives their numbers.
  constructor(phones, call) {
    this.phones = phones;
    this.call = call;
    this.recording = null; // {phone, channel, since, seen}
    this.plays = 0;
    at("five-people").addEventListener("click", () => this.crowd());
    at("burst").addEventListener("click", () => this.burst());
    at("record-form").addEventListener("submit", (event) => this.start(event));
    at("recording").addEventListener("submit", (event) => this.keep(event));
    at("record-cancel").addEventListener("click", () => this.rest());
    at("recorded").parentElement.addEventListener("toggle", () => this.look());
    at("replay-file").addEventListener("change", (event) => this.replayFile(event.target));
  }

  // The people that can be chosen.
  showPeople() {
    const phones = [...this.phones()];
    fill(at("burst-phone"), phones.map(({ person, label }) => [person.phone, label]));
    fill(at("record-chat"), phones.flatMap(({ person, label }) => (
      Object.entries(CHANNELS).map(([channel, name]) => [`${person.phone} ${channel}`, `${label} · ${name}`])
    )));
    for (const control of [at("burst"), at("record-start")]) control.disabled = !phones.length;
  }

  async crowd() {
    await attempt(async () => {
      const numbers = await this.call(CROWD.map(([name]) => name));
      await Promise.all(CROWD.map(([, text], place) => post("/api/messages", { phone: numbers[place], text })));
    });
  }

  async burst() {
    const phone = at("burst-phone").value;
    const { channel } = [...this.phones()].find(({ person }) => person.phone === phone);
    await attempt(async () => {
      for (const text of BURST) await post("/api/messages", { phone, channel, text });
    });
  }

  // Recording: from now on, one chat.

  start(event) {
    event.preventDefault();
    const [phone, channel] = at("record-chat").value.split(" ");
    const found = [...this.phones()].find(({ person }) => person.phone === phone);
    const since = Math.max(0, ...[...found.chats[channel].messages.values()].map(({ message }) => message.id));
    this.recording = { phone, channel, since, seen: new Set() };
    found.choose(channel);
    at("recording").reset();
    at("record-error").textContent = at("recorded").textContent = "";
    at("recorded").parentElement.open = false;
    this.show("recording");
    this.count();
  }

  receive(message) {
    const mine = this.recording;
    if (!mine || message.id <= mine.since || message.phone !== mine.phone || message.channel !== mine.channel) return;
    mine.seen.add(message.id);
    this.count();
    this.look();
  }

  moved(from, to) {
    if (this.recording?.phone === from) this.recording.phone = to;
  }

  count() {
    const { phone, channel, seen } = this.recording;
    const found = [...this.phones()].find(({ person }) => person.phone === phone);
    const messages = seen.size === 1 ? "1 mensaje" : `${seen.size} mensajes`;
    at("recording-what").textContent = `Grabando a ${found?.label || phone} por ${CHANNELS[channel]}: ${messages}`;
    at("record-stop").disabled = !seen.size;
  }

  async look() {
    if (!at("recorded").parentElement.open) return;
    const { phone, channel, since } = this.recording;
    const answer = await fetch(`/api/recording?${query({ phone, channel, since, title: this.title })}`);
    at("recorded").textContent = await answer.text();
  }

  get title() {
    return at("recording").elements.title.value.trim();
  }

  async keep(event) {
    event.preventDefault();
    const { title } = this;
    const { phone, channel, since } = this.recording;
    try {
      const { recordings } = await post("/api/recordings", { name: fileName(title), title, phone, channel, since });
      this.list(recordings);
      this.rest();
      say(`Guardada: «${title}»`);
    } catch (error) {
      at("record-error").textContent = `No se pudo guardar: ${error.message}`;
    }
  }

  rest() {
    this.recording = null;
    this.show("record-form");
  }

  show(id) {
    for (const name of ["record-form", "recording"]) at(name).hidden = name !== id;
    for (const phone of this.phones()) phone.recorded(this.recording?.phone === phone.person.phone);
  }

  // Playing again.

  async load() {
    const { recordings } = await get("/api/recordings").catch(() => ({ recordings: [] }));
    this.list(recordings);
  }

  list(recordings) {
    at("recordings").replaceChildren(...recordings.map((recording) => {
      const row = element("li", undefined, "recording");
      const button = element("button", undefined, "small");
      button.type = "button";
      button.append(icon("play"), "Repetir");
      button.setAttribute("aria-label", `Repetir «${recording.title}»`);
      button.addEventListener("click", () => this.play({ name: recording.name }, recording.title));
      row.append(element("span", recording.title), button);
      return row;
    }));
  }

  async replayFile(input) {
    const [file] = input.files;
    if (file) await this.play({ recording: await file.text() }, file.name);
    input.value = "";
  }

  async play(wish, title) {
    this.plays += 1;
    at("replay").hidden = false;
    at("replay-steps").replaceChildren();
    this.say("running", `Repitiendo «${title}»…`, `Repitiendo «${title}»`);
    try {
      const [phone] = await this.call([`Repetición ${this.plays}`]);
      const { steps, ok } = await post("/api/replay", { ...wish, phone });
      at("replay-steps").replaceChildren(...steps.map(stepRow));
      this.say(ok ? "good" : "bad", ok ? `«${title}»: todo igual.` : `«${title}»: distinto en el paso ${steps.length}.`);
    } catch (error) {
      this.say("bad", `No se pudo repetir: ${error.message}`);
    }
  }

  progress({ step, of }) {
    const state = at("replay-state");
    if (state.dataset.state === "running") state.textContent = `${state.dataset.title}: ${step} de ${of}`;
  }

  say(state, text, title = "") {
    Object.assign(at("replay-state").dataset, { state, title });
    at("replay-state").textContent = text;
  }
}

function stepRow(step) {
  const row = element("li", undefined, "step");
  row.dataset.ok = step.ok;
  row.append(element("span", step.ok ? "✓" : "✗", "step-mark"), element("span", stepText(step)));
  if (!step.ok) row.append(element("span", difference(step), "step-found"));
  return row;
}

function difference({ expect, found, problem }) {
  if (!expect) return `No se pudo: ${problem}`;
  if (!found) return "No llegó nada";
  return found.includes(expect.contains ?? "") ? `Llegó con otras opciones: ${found}` : `Llegó: ${found}`;
}

function stepText(step) {
  const [key] = Object.keys(STEPS).filter((name) => step[name] !== undefined);
  return key ? `${STEPS[key]}: ${plain(step[key])}` : "";
}

// The words of a step, whatever its shape.
function plain(value) {
  if (value == null || value === true) return "";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(" · ");
  return Object.entries(value).map(([key, part]) => plain(part) || KINDS[key] || "").filter(Boolean).join(" · ");
}

function fileName(title) {
  const name = title.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return name.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60) || "conversacion";
}

function fill(select, choices) {
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(`No se pudo: ${error.message}`);
  }
}
