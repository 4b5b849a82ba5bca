// The side panel: its three views, and the faults to switch on and off.

import { post, remove } from "./api.js";

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
        const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!way) return;
        const other = this.tabs.at((this.tabs.indexOf(tab) + way) % this.tabs.length);
        this.view(other);
        other.focus();
      });
    }
    document.getElementById("clear-faults").addEventListener("click", () => remove("/api/faults"));
    document.getElementById("reset").addEventListener("click", () => post("/api/reset"));
    for (const tab of this.node.querySelectorAll(".group-tab")) {
      tab.addEventListener("click", () => this.group(tab.dataset.group));
    }
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

  // Show one group of faults.
  group(name) {
    for (const tab of this.node.querySelectorAll(".group-tab")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.group === name));
    }
    for (const group of this.node.querySelectorAll(".fault-group")) group.hidden = group.dataset.group !== name;
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
    for (const tab of this.node.querySelectorAll(".group-tab")) {
      const active = this.node.querySelectorAll(`.fault-group[data-group=${tab.dataset.group}] .fault.active`);
      showCount(tab.querySelector(".count"), active.length);
    }
    showCount(document.getElementById("fault-count"), faults.length);
    document.getElementById("clear-faults").disabled = !faults.length;
  }

  showPeople(people) {
    const chosen = this.who.value;
    this.who.length = 1;
    for (const person of people) this.who.add(new Option(this.nameOf(person.phone), person.phone));
    this.who.value = people.some((person) => person.phone === chosen) ? chosen : "";
  }
}

function showCount(node, count) {
  node.hidden = !count;
  node.textContent = count;
}
