// What stands in a bubble besides its text: pictures, sounds, files, places, contacts, and what the line never reads.

import { element, icon, phoneNumber } from "./format.js";
import { player } from "./sound.js";

const EVENTS = {
  number: "Cambió de número", user_id: "Cambió su nombre de usuario", device: "Cambió de aparato",
  taken: "Otro sistema tomó el chat", passed: "Otro sistema devolvió el chat",
};
const ODD = { poll: "encuesta", gif: "gif", edit: "corrección", pin: "mensaje fijado" };
const NAMES = {
  image: "Foto", voice: "Nota de voz", audio: "Audio", video: "Video", document: "Documento", sticker: "Sticker",
  location: "Ubicación", contacts: "Contacto", reaction: "Reacción", template: "Plantilla",
  edit: "Corrección", revoke: "Borrado", unsupported: "WhatsApp no lo entrega",
  order: "Pedido",
};

export const kindName = (message) => NAMES[kindOf(message)] || (message.text ? "" : message.type);

// "voice" for a voice note, else the message's own type.
export function kindOf(message) {
  const voice = message.type === "audio" && message.content?.audio?.voice;
  return voice ? "voice" : message.type;
}

const SHAPES = {
  image: picture, sticker: picture, video, voice: sound, audio: sound, document: file, location, contacts,
};

// A node for the content of a message, or null when its text says it all.
export function content(message) {
  const kind = kindOf(message);
  return SHAPES[kind]?.(message, kind, message.content?.[message.type] ?? {}) || label(message, kind);
}

// What happened between two messages, in words.
export function eventText({ type, text }) {
  if (type === "handover") return EVENTS[text];
  const after = text.startsWith("+") ? phoneNumber(text) : text;
  return after ? `${EVENTS[type]}: ${after}` : EVENTS[type];
}

// What a quotation of a message shows.
export function summary(message) {
  const name = kindName(message);
  return [name, message.text].filter(Boolean).join(": ");
}

const address = (message) => message.media_id && `/api/media/${encodeURIComponent(message.media_id)}`;

function label(message, kind) {
  const name = kindName(message);
  if (!name) return null;
  const node = element("p", undefined, "kind");
  node.append(icon(document.getElementById(`i-${kind}`) ? kind : "odd"));
  node.append(name);
  const odd = kind === "unsupported" && message.content?.unsupported?.type;
  if (odd) node.append(`: ${ODD[odd] || odd}`);
  return node;
}

function picture(message, kind) {
  if (!address(message)) return null;
  const node = element("img", undefined, kind === "sticker" ? "sticker-picture" : "picture");
  node.src = address(message);
  node.alt = message.text ? `${NAMES[kind]}: ${message.text}` : NAMES[kind];
  node.loading = "lazy";
  return node;
}

function video(message) {
  if (!address(message)) return null;
  const node = element("video", undefined, "picture");
  node.src = address(message);
  node.controls = true;
  node.preload = "metadata";
  node.setAttribute("aria-label", "Video");
  return node;
}

function sound(message, kind) {
  return address(message) ? player(address(message), NAMES[kind]) : null;
}

function file(message, kind, detail) {
  const node = element(address(message) ? "a" : "p", undefined, "file");
  if (address(message)) {
    node.href = address(message);
    node.download = detail.filename || "archivo";
  }
  const words = element("span");
  words.append(element("span", detail.filename || "Documento", "file-name"));
  words.append(element("span", detail.mime_type || "", "file-kind"));
  node.append(icon("document"), words);
  return node;
}

function location(message, kind, detail) {
  const node = element("p", undefined, "place");
  const words = element("span");
  words.append(element("span", detail.name || "Ubicación", "file-name"));
  if (detail.address) words.append(element("span", detail.address, "file-kind"));
  words.append(element("span", `${detail.latitude}, ${detail.longitude}`, "file-kind"));
  node.append(icon("location"), words);
  return node;
}

function contacts(message, kind, detail) {
  const node = element("div");
  for (const card of Array.isArray(detail) ? detail : []) {
    const row = element("p", undefined, "place");
    const words = element("span");
    words.append(element("span", card.name?.formatted_name || "Contacto sin nombre", "file-name"));
    for (const { phone } of card.phones || []) words.append(element("span", phone, "file-kind"));
    row.append(icon("contacts"), words);
    node.append(row);
  }
  return node.childElementCount ? node : null;
}
