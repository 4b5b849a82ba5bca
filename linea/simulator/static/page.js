// Starts the page: the phones side by side, the tabs of a narrow screen, the panel and the stream of changes.

import { follow, post } from "./api.js";
import { ask } from "./ask.js";
import { element, phoneNumber } from "./format.js";
import { watchLine } from "./line_state.js";
import { Log } from "./log.js";
import { Panel } from "./panel.js";
import { Phone, phoneWithChat } from "./phone.js";
import { Scenes } from "./scenes.js";

const NUMBER = /^\+?[\d\s().-]{8,24}$/;

let phones = new Map();
const coming = new Map(); // messages of people whose phone is not on the page yet
const box = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const nameOf = (phone) => phones.get(phone)?.label || phoneNumber(phone);
const panel = new Panel(nameOf);
const log = new Log(nameOf);
const scenes = new Scenes(() => phones.values(), call);
let current = null;
let others = [];
let made = 0;

function show(state) {
  others = state.others;
  for (const phone of phones.keys()) {
    if (!state.people.some((person) => person.phone === phone)) leave(phone);
  }
  for (const { messages, ...person } of state.people) {
    if (!phones.has(person.phone)) place(new Phone(person, made++));
    phones.get(person.phone).update(person);
    phones.get(person.phone).show(messages);
  }
  arrange();
  for (const webhook of state.webhooks) phones.get(webhook.phone)?.attempted(webhook);
  log.show(state.calls, state.webhooks);
  panel.showFaults(state.faults);
  scenes.load();
}

function apply(kind, data) {
  if (kind === "message") {
    if (coming.has(data.phone)) coming.get(data.phone).push(data);
    else phones.get(data.phone)?.receive(data);
    scenes.receive(data);
  } else if (kind === "typing") phones.get(data.phone)?.typing(true);
  else if (kind === "person") person(data);
  else if (kind === "call") log.call(data);
  else if (kind === "faults") panel.showFaults(data);
  else if (kind === "replay") scenes.progress(data);
  else if (kind === "moved") moved(data);
  else if (kind === "webhook") {
    phones.get(data.phone)?.attempted(data);
    log.webhook(data);
  }
}

async function person(data) {
  if (!data.shown) {
    others.push(data.phone);
    leave(data.phone);
  } else if (phones.has(data.phone)) {
    phones.get(data.phone).update(data);
  } else if (!coming.has(data.phone)) {
    coming.set(data.phone, []);
    try {
      const phone = await phoneWithChat(data, made++);
      if (!phones.has(data.phone)) place(phone); // a reload meanwhile has placed it
      for (const message of coming.get(data.phone)) phones.get(data.phone).receive(message);
    } finally {
      coming.delete(data.phone);
    }
    current = data.phone;
    phones.get(data.phone).node.scrollIntoView({ inline: "nearest", block: "nearest" });
  }
  arrange();
}

// Somebody has another number: the same phone, in the same place.
function moved({ from, to }) {
  phones = new Map([...phones].map(([number, phone]) => [number === from ? to : number, phone]));
  phones.get(to)?.update({ ...phones.get(to).person, phone: to });
  if (current === from) current = to;
  scenes.moved(from, to);
}

function place(phone) {
  phones.set(phone.person.phone, phone);
  box.append(phone.node);
  phone.toEnd();
}

function leave(phone) {
  phones.get(phone)?.node.remove();
  phones.delete(phone);
}

// The tabs, and which phone a narrow screen shows.
function arrange() {
  if (!phones.has(current)) current = phones.keys().next().value ?? null;
  tabs.replaceChildren();
  for (const [number, phone] of phones) {
    const shown = number === current;
    const tab = element("button", phone.label, "tab");
    tab.type = "button";
    tab.setAttribute("aria-pressed", String(shown));
    tab.addEventListener("click", () => {
      current = number;
      arrange();
    });
    tabs.append(tab);
    phone.node.classList.toggle("current", shown);
  }
  panel.showPeople([...phones.values()].map((phone) => phone.person));
  scenes.showPeople();
}

// The numbers of people with these names, who are on the page afterwards.
function call(names) {
  return Promise.all(names.map(async (name) => {
    const known = [...phones.values()].find(({ person }) => person.name === name);
    return known ? known.person.phone : (await post("/api/people", { name, open: true, shown: true })).phone;
  }));
}

document.getElementById("add-person").addEventListener("click", () => ask({
  title: "Añadir persona",
  about: "Aparece otro teléfono en la página.",
  fields: [
    { name: "name", label: "Nombre", optional: true, limit: 40 },
    { name: "phone", label: "Número", type: "tel", hint: "vacío: uno inventado", optional: true, choices: others },
    { name: "hides_phone", label: "La línea no ve su número", type: "checkbox" },
  ],
  ok: "Añadir",
  trouble: "Ese número no se entiende. Escríbelo con el código del país: +51 987 000 003.",
  done: async ({ name, phone, hides_phone }) => {
    if (phone && !NUMBER.test(phone) && !others.includes(phone)) throw new Error(phone);
    const wish = { open: true, shown: true, ...(name && { name }), ...(phone && { phone }) };
    await post("/api/people", { ...wish, ...(hides_phone && { hides_phone }) });
  },
}));

watchLine();
follow(show, apply);
