// One message as a bubble: content, text, quote, buttons, ticks, and what was done to it later.

import { content, kindOf } from "./contents.js";
import { clockTime, clone, element, rich } from "./format.js";

const STATES = {
  person: {
    waiting: "en camino a la línea",
    accepted: "la línea lo recibió",
    read: "la línea lo leyó",
    lost: "se perdió",
  },
  line: {
    accepted: "aceptado",
    sent: "enviado",
    delivered: "entregado",
    read: "leído",
    failed: "no llegó",
  },
};
const FROM = { team: "Desde el teléfono del equipo", twilio: "Lo contesta Twilio, no la línea" };
const LOST = "Se perdió: la línea no lo tomó, y Twilio no insiste";
const TEXT_IS_SHOWN = new Set(["location", "contacts", "document", "unsupported"]); // the content says it

// `actions`: tap(message, option), open(message), menu(message); `quoted(wamid)` gives the text of another message.
export function bubble(message, actions, quoted) {
  const node = clone("bubble-template");
  node.dataset.sender = message.sender;
  node.dataset.type = kindOf(message);
  node.dataset.wamid = message.wamid;
  const part = (name) => node.querySelector(`.${name}`);
  const interactive = message.sender === "line" ? message.content.interactive : null;
  fill(part("from"), FROM[message.sender] || origin(message));
  fill(part("quote"), message.reply_to ? quoted(message.reply_to) : "", rich);
  fill(part("bubble-header"), interactive?.header?.text, rich);
  fill(part("bubble-footer"), interactive?.footer?.text, rich);
  const time = part("meta").querySelector("time");
  time.dateTime = message.at;
  time.textContent = clockTime(message.at);
  addOptions(part("options"), message, interactive, actions);
  const menu = part("bubble-menu");
  menu.hidden = message.channel === "sms" || !["person", "line"].includes(message.sender);
  menu.addEventListener("click", () => actions.menu(message.wamid));
  setState(node, message);
  return node;
}

// Shows what has become of a message: its ticks, and what a reaction, a correction or a deletion did to it.
export function setState(node, message) {
  node.dataset.state = message.state;
  const meaning = STATES[message.sender]?.[message.state] || "";
  node.querySelector(".state").textContent = meaning;
  node.querySelector(".meta").title = meaning;
  node.querySelector(".note").textContent = notes(message);
  showBody(node, message);
  const reaction = node.querySelector(".reaction");
  fill(reaction, message.reaction);
  reaction.title = "Reacción";
  if (message.state === "failed") trouble(node, `No llegó a la persona (${message.error})`);
  else if (message.state === "lost") trouble(node, LOST);
  else if (message.state !== "waiting") trouble(node, "");
}

// Says under a person's message that the line has not accepted it yet.
export function setAttempts(node, webhook) {
  if (webhook.accepted_at || webhook.given_up || node.dataset.state !== "waiting") return;
  const times = webhook.attempts === 1 ? "1 intento" : `${webhook.attempts} intentos`;
  const answer = webhook.http_status ? `contesta ${webhook.http_status}` : "no contesta";
  trouble(node, `La línea ${answer}; se vuelve a intentar (${times})`);
}

function showBody(node, message) {
  const shape = `${message.removed} ${message.edited} ${message.text}`;
  if (node.shape === shape) return;
  node.shape = shape;
  node.classList.toggle("removed", message.removed);
  const text = node.querySelector(".text");
  const box = node.querySelector(".content");
  const inside = message.removed ? null : content(message);
  box.hidden = !inside;
  box.replaceChildren(inside || "");
  if (message.removed) text.replaceChildren("Borró este mensaje");
  else fill(text, inside && isTold(message) ? "" : message.text, rich);
}

// Whether the content says the text already: a place's name, the name of a file without a caption.
function isTold(message) {
  if (!TEXT_IS_SHOWN.has(message.type)) return false;
  return message.type !== "document" || message.text === message.content?.document?.filename;
}

function notes(message) {
  const found = [];
  if (message.edited) found.push("editado");
  if (message.segments) found.push(message.segments === 1 ? "1 SMS" : `${message.segments} SMS`);
  return found.length ? `${found.join(" · ")} ·` : "";
}

function origin(message) {
  if (message.content?.standby) return "A otro sistema: la línea recibe una copia";
  const context = message.content?.context;
  if (context?.frequently_forwarded) return "Reenviado muchas veces";
  if (context?.forwarded) return "Reenviado";
  if (message.sender === "person" && message.content?.referral) {
    return `Llegó por el anuncio «${message.content.referral.headline || "sin título"}»`;
  }
  return "";
}

function trouble(node, text) {
  fill(node.querySelector(".trouble"), text);
}

function fill(node, text, shape = (words) => words) {
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
