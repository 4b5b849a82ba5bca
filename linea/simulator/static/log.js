// What went to and fro: the line's requests, and what it was told.

import { clone, preciseTime } from "./format.js";
import { webhookState } from "./line_state.js";

const KEPT = 40; // entries of each list
const REQUESTS = {
  read: "marcar como leído",
  malformed: "petición mal hecha",
  unauthorised: "clave equivocada",
  media: "pedir el enlace de un archivo",
  download: "bajar un archivo",
  elsewhere: "fue a otro sitio",
};
const STATUSES = {
  queued: "en cola", sent: "enviado", delivered: "entregado", read: "leído", failed: "falló", undelivered: "no llegó",
};
const NOTICES = { message: "mensaje", event: "otro aviso", raw: "aviso a mano" };

export class Log {
  constructor(nameOf) {
    this.nameOf = nameOf;
  }

  show(calls, webhooks) {
    document.getElementById("calls").replaceChildren();
    document.getElementById("webhooks").replaceChildren();
    for (const row of calls) this.call(row);
    for (const row of webhooks) this.webhook(row);
  }

  call(row) {
    const { text, interactive, type, Body } = row.request || {};
    const what = REQUESTS[row.kind] || text?.body || interactive?.body?.text || Body || type || row.kind;
    const good = row.http_status >= 200 && row.http_status < 300;
    this.entry("calls", row, what, row.http_status ?? "sin respuesta", good, {
      petición: row.request,
      respuesta: row.answer ?? "(se cortó la conexión)",
    });
  }

  webhook(row) {
    const what = row.kind === "status" ? `estado: ${STATUSES[row.status] || row.status}` : NOTICES[row.kind];
    const copy = row.copy ? `, copia ${row.copy + 1}` : "";
    const tries = row.attempts > 1 ? ` (${row.attempts} intentos)` : "";
    const badge = row.http_status ?? (row.attempts ? "no contesta" : "…");
    const details = { aviso: readable(row.body), intentos: row.attempts, fallo: row.error };
    this.entry("webhooks", row, what + copy + tries, badge, Boolean(row.accepted_at), details);
    webhookState(row);
  }

  entry(list, row, what, badge, good, details) {
    const box = document.getElementById(list);
    const id = `${list}-${row.id}`;
    const known = document.getElementById(id);
    const node = known || clone("entry-template");
    const who = row.phone ? this.nameOf(row.phone) : "";
    const by = row.channel === "sms" ? "SMS" : "";
    node.id = id;
    node.querySelector(".entry-time").textContent = preciseTime(row.at);
    node.querySelector(".entry-what").textContent = [who, by, what].filter(Boolean).join(" · ");
    const mark = node.querySelector(".badge");
    mark.textContent = badge;
    mark.className = `badge ${good ? "good" : badge === "…" ? "" : "bad"}`;
    node.querySelector("pre").textContent = JSON.stringify(details, null, 1);
    if (!known) box.prepend(node);
    while (box.childElementCount > KEPT) box.lastElementChild.remove();
  }
}

// Meta's JSON or Twilio's form.
function readable(body) {
  try {
    return JSON.parse(body);
  } catch {
    return Object.fromEntries(new URLSearchParams(body));
  }
}
