// One message as a bubble: text, quote, buttons, list, ticks.

import { clockTime, clone, element, rich } from "./format.js";

const STATES = {
  person: { waiting: "en camino a la línea", accepted: "la línea lo recibió", read: "la línea lo leyó" },
  line: {
    accepted: "aceptado por la API",
    sent: "enviado",
    delivered: "entregado",
    read: "leído",
    failed: "no llegó",
  },
};
const NAMES = {
  image: "Foto", audio: "Nota de voz", video: "Video", document: "Documento", sticker: "Sticker",
  location: "Ubicación", contacts: "Contacto", reaction: "Reacción", template: "Plantilla",
};

// `actions.tap(message, option)` and `actions.open(message)`; `quoted(wamid)` gives the text of another message.
export function bubble(message, actions, quoted) {
  const node = clone("bubble-template");
  node.dataset.sender = message.sender;
  node.dataset.wamid = message.wamid;
  const part = (name) => node.querySelector(`.${name}`);
  const interactive = message.sender === "line" ? message.content.interactive : null;
  fill(part("quote"), message.reply_to ? quoted(message.reply_to) : "", rich);
  fill(part("bubble-header"), interactive?.header?.text, rich);
  fill(part("bubble-footer"), interactive?.footer?.text, rich);
  const name = NAMES[message.type] || (message.text ? "" : message.type);
  if (name) part("text").append(element("span", name, "kind"));
  part("text").append(rich(message.text || ""));
  const time = part("meta").querySelector("time");
  time.dateTime = message.at;
  time.textContent = clockTime(message.at);
  addOptions(part("options"), message, interactive, actions);
  setState(node, message);
  return node;
}

export function setState(node, message) {
  node.dataset.state = message.state;
  const meaning = STATES[message.sender][message.state] || message.state;
  node.querySelector(".state").textContent = meaning;
  node.querySelector(".meta").title = meaning;
  if (message.state === "failed") trouble(node, `No llegó a la persona (${message.error})`);
  else if (message.state !== "waiting") trouble(node, "");
}

// Says under a person's message that the line has not accepted it yet.
export function setAttempts(node, webhook) {
  if (webhook.accepted_at || node.dataset.state !== "waiting") return;
  const times = webhook.attempts === 1 ? "1 intento" : `${webhook.attempts} intentos`;
  const answer = webhook.http_status ? `contesta ${webhook.http_status}` : "no contesta";
  trouble(node, `La línea ${answer}; se vuelve a intentar (${times})`);
}

function trouble(node, text) {
  fill(node.querySelector(".trouble"), text, (words) => words);
}

function fill(node, text, shape) {
  node.hidden = !text;
  node.replaceChildren(text ? shape(text) : "");
}

function addOptions(box, message, interactive, actions) {
  const action = interactive?.action;
  if (!action) return;
  for (const { reply } of action.buttons || []) {
    const button = element("button", reply.title, "option");
    button.type = "button";
    button.addEventListener("click", () => actions.tap(message, reply));
    box.append(button);
  }
  if (action.sections) {
    const button = element("button", action.button, "option opens-list");
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => actions.open(message));
    box.append(button);
  }
  box.hidden = !box.childElementCount;
}
