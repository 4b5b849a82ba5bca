// The side panel: faults to switch on and off, and what went to and fro.

import { post, remove } from "./api.js";
import { clone, preciseTime } from "./format.js";

const KEPT = 40; // entries of each log
const KINDS = { read: "marcar como leído", malformed: "petición mal hecha", unauthorised: "clave equivocada" };
const STATUSES = { sent: "enviado", delivered: "entregado", read: "leído", failed: "no llegó" };

export class Panel {
  constructor(nameOf) {
    this.nameOf = nameOf;
    this.faults = [];
    this.node = document.getElementById("panel");
    this.who = document.getElementById("fault-phone");
    this.opener = document.getElementById("open-panel");
    this.opener.addEventListener("click", () => this.open(this.opener.getAttribute("aria-expanded") !== "true"));
    document.getElementById("close-panel").addEventListener("click", () => this.open(false));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.open(false));
    this.tabs = [...this.node.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.view(tab));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = this.tabs.find((candidate) => candidate !== tab);
        this.view(other);
        other.focus();
      });
    }
    document.getElementById("clear-faults").addEventListener("click", () => remove("/api/faults"));
    document.getElementById("reset").addEventListener("click", () => post("/api/reset"));
    for (const row of this.node.querySelectorAll(".fault")) {
      row.querySelector(".switch").addEventListener("click", () => this.toggle(row.dataset.kind));
      row.querySelector(".once").addEventListener("click", () => this.add(row.dataset.kind, 1));
    }
  }

  open(on) {
    this.opener.setAttribute("aria-expanded", String(on));
    document.body.classList.toggle("panel-open", on);
    if (on) document.getElementById("close-panel").focus();
    else this.opener.focus();
  }

  view(chosen) {
    for (const tab of this.tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
  }

  add(kind, times) {
    return post("/api/faults", { kind, times, phone: this.who.value || null });
  }

  async toggle(kind) {
    const active = this.faults.filter((fault) => fault.kind === kind);
    if (!active.length) await this.add(kind);
    for (const fault of active) await remove(`/api/faults/${fault.id}`);
  }

  showFaults(faults) {
    this.faults = faults;
    for (const row of this.node.querySelectorAll(".fault")) {
      const active = faults.filter((fault) => fault.kind === row.dataset.kind);
      row.querySelector(".switch").setAttribute("aria-checked", String(active.length > 0));
      const left = active.every((fault) => fault.times) ? active.reduce((sum, fault) => sum + fault.times, 0) : 0;
      row.querySelector(".once").textContent = left ? `${left} más` : "1 vez";
      row.classList.toggle("active", active.length > 0);
    }
    const count = document.getElementById("fault-count");
    count.hidden = !faults.length;
    count.textContent = faults.length;
    document.getElementById("clear-faults").disabled = !faults.length;
  }

  showPeople(people) {
    const chosen = this.who.value;
    this.who.length = 1;
    for (const person of people) this.who.add(new Option(this.nameOf(person.phone), person.phone));
    this.who.value = people.some((person) => person.phone === chosen) ? chosen : "";
  }

  showLogs(calls, webhooks) {
    document.getElementById("calls").replaceChildren();
    document.getElementById("webhooks").replaceChildren();
    for (const row of calls) this.call(row);
    for (const row of webhooks) this.webhook(row);
  }

  call(row) {
    const text = row.request?.text?.body || row.request?.interactive?.body?.text || row.request?.type;
    const what = KINDS[row.kind] || text;
    const badge = row.http_status ?? "sin respuesta";
    this.entry("calls", row, what, badge, row.http_status === 200, {
      petición: row.request,
      respuesta: row.answer ?? "(se cortó la conexión)",
    });
  }

  webhook(row) {
    const what = row.kind === "message" ? "mensaje" : `estado: ${STATUSES[row.status] || row.status}`;
    const copy = row.copy ? `, copia ${row.copy + 1}` : "";
    const tries = row.attempts > 1 ? ` (${row.attempts} intentos)` : "";
    const badge = row.http_status ?? (row.attempts ? "no contesta" : "…");
    const details = { aviso: JSON.parse(row.body), intentos: row.attempts, fallo: row.error };
    this.entry("webhooks", row, what + copy + tries, badge, Boolean(row.accepted_at), details);
    this.lineState(row);
  }

  entry(list, row, what, badge, good, details) {
    const box = document.getElementById(list);
    const id = `${list}-${row.id}`;
    const known = document.getElementById(id);
    const node = known || clone("entry-template");
    const who = row.phone ? this.nameOf(row.phone) : "";
    node.id = id;
    node.querySelector(".entry-time").textContent = preciseTime(row.at);
    node.querySelector(".entry-what").textContent = who ? `${who} · ${what}` : what;
    const mark = node.querySelector(".badge");
    mark.textContent = badge;
    mark.className = `badge ${good ? "good" : badge === "…" ? "" : "bad"}`;
    node.querySelector("pre").textContent = JSON.stringify(details, null, 1);
    if (!known) box.prepend(node);
    while (box.childElementCount > KEPT) box.lastElementChild.remove();
  }

  lineState(row) {
    const state = document.getElementById("line-state");
    const good = Boolean(row.accepted_at);
    if (!row.attempts || state.dataset.state === (good ? "good" : "bad")) return;
    state.dataset.state = good ? "good" : "bad";
    const answer = row.http_status ? `contesta ${row.http_status}` : "no contesta";
    state.textContent = good ? "La línea recibe los mensajes" : `La línea ${answer}; se reintenta`;
  }
}
