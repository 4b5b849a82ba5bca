// The head of the page: whether the line takes what is written, and whether it sends.

import { get } from "./api.js";

const LOOK_SECONDS = 4;
const PARTS = {
  database: "la base de datos",
  worker: "el trabajador que contesta",
  rasa: "el asistente (Rasa)",
  actions: "las acciones del asistente",
};
const HALTED = "La línea detuvo sus envíos: le rechazaron la clave o la cuenta. Cuando se arregle, sigue sola en un minuto.";

const state = document.getElementById("line-state");
const notice = document.getElementById("line-notice");

// What a webhook says of the line: it took it, it refused it, it does not answer.
export function webhookState(row) {
  const good = Boolean(row.accepted_at);
  if (!row.attempts || state.dataset.state === (good ? "good" : "bad")) return;
  state.dataset.state = good ? "good" : "bad";
  const answer = row.http_status ? `contesta ${row.http_status}` : "no contesta";
  const then = row.given_up ? "se perdió un SMS" : "se reintenta";
  state.textContent = good ? "La línea recibe los mensajes" : `La línea ${answer}; ${then}`;
}

// Looks again and again, while the page is seen, at what the line says of itself.
export function watchLine() {
  const look = async () => {
    if (document.hidden) return;
    try {
      show(await get("/line"));
    } catch {
      show({}); // the simulator itself is away: the stream of changes will tell
    }
  };
  setInterval(look, LOOK_SECONDS * 1000);
  document.addEventListener("visibilitychange", look);
  look();
}

function show({ reached, missing = [], halted }) {
  const [kind, text] = said(reached, missing, halted);
  if (notice.textContent === text) return;
  notice.textContent = text;
  notice.dataset.kind = kind;
  notice.hidden = !text;
}

function said(reached, missing, halted) {
  if (halted) return ["bad", HALTED];
  if (reached === false) return ["calm", "La línea está apagada: lo que se escriba por WhatsApp le llegará cuando se encienda."];
  if (missing.length) {
    const names = missing.map((part) => PARTS[part] || part);
    return ["calm", `La línea todavía no está entera: falta ${names.join(", ")}.`];
  }
  return ["", ""];
}
