// Starts the page: the phones side by side, the tabs of a narrow screen, the panel and the stream of changes.

import { follow, get, post } from "./api.js";
import { element, phoneNumber } from "./format.js";
import { Panel } from "./panel.js";
import { Phone, phoneWithChat } from "./phone.js";

const phones = new Map();
const coming = new Set();
const box = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const panel = new Panel((phone) => phones.get(phone)?.label || phoneNumber(phone));
let current = null;
let others = [];
let made = 0;

async function load() {
  const state = await get("/api/state");
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
  panel.showLogs(state.calls, state.webhooks);
  panel.showFaults(state.faults);
}

function apply(kind, data) {
  if (kind === "message") phones.get(data.phone)?.receive(data);
  else if (kind === "typing") phones.get(data.phone)?.typing(true);
  else if (kind === "person") person(data);
  else if (kind === "call") panel.call(data);
  else if (kind === "faults") panel.showFaults(data);
  else if (kind === "webhook") {
    phones.get(data.phone)?.attempted(data);
    panel.webhook(data);
  }
}

async function person(data) {
  if (!data.shown) {
    others.push(data.phone);
    leave(data.phone);
  } else if (phones.has(data.phone)) {
    phones.get(data.phone).update(data);
  } else if (!coming.has(data.phone)) {
    coming.add(data.phone);
    place(await phoneWithChat(data, made++));
    coming.delete(data.phone);
    current = data.phone;
    phones.get(data.phone).node.scrollIntoView({ inline: "nearest", block: "nearest" });
  }
  arrange();
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
}

const NUMBER = /^\+?[\d\s().-]{8,24}$/;
const dialog = document.getElementById("person-dialog");
const form = document.getElementById("person-form");
const problem = document.getElementById("person-error");

document.getElementById("add-person").addEventListener("click", () => {
  form.reset();
  problem.textContent = "";
  const numbers = others.map((phone) => new Option(phone));
  document.getElementById("known-numbers").replaceChildren(...numbers);
  dialog.showModal();
});
document.getElementById("person-cancel").addEventListener("click", () => dialog.close());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const number = form.elements.phone.value.trim();
  const wish = { open: true, shown: true };
  if (form.elements.name.value.trim()) wish.name = form.elements.name.value.trim();
  if (number) wish.phone = number;
  if (form.elements.hides_phone.checked) wish.hides_phone = true;
  try {
    if (number && !NUMBER.test(number) && !others.includes(number)) throw new Error(number);
    await post("/api/people", wish);
    dialog.close();
  } catch {
    problem.textContent = "Ese número no se entiende. Escríbelo con el código del país: +51 987 000 003.";
  }
});

follow(load, apply);
