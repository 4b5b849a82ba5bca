// One person's phone: the head, the chat, the field to write in.

import { get, post } from "./api.js";
import { bubble, setAttempts, setState } from "./bubbles.js";
import { clone, dayName, element, phoneNumber } from "./format.js";
import { Sheet } from "./sheet.js";

const COLOURS = 6;
const NEAR_END = 80; // pixels from the end within which the chat keeps following
const TYPING_SECONDS = 25; // Meta's own limit

export class Phone {
  constructor(person, index) {
    this.node = clone("phone-template");
    this.chat = this.node.querySelector(".chat");
    this.list = this.node.querySelector(".bubbles");
    this.field = this.node.querySelector(".field");
    this.newest = this.node.querySelector(".newest");
    this.typingNode = this.node.querySelector(".typing");
    this.sheet = new Sheet(this.node.querySelector(".screen"));
    this.messages = new Map();
    this.node.dataset.phone = person.phone;
    this.node.querySelector(".avatar").classList.add(`colour-${index % COLOURS}`);
    this.actions = {
      tap: (message, option) => this.write({ option_id: option.id, reply_to: message.wamid }),
      open: (message) => this.sheet.open(message, (row) => this.actions.tap(message, row)),
    };
    this.update(person);
    this.listen();
  }

  get label() {
    return this.person.name || phoneNumber(this.person.phone);
  }

  update(person) {
    this.person = person;
    const eye = this.node.querySelector(".eye");
    this.node.id = `phone-${person.phone.replace(/\W/g, "")}`;
    this.node.setAttribute("aria-label", `Teléfono de ${this.label}`);
    this.node.querySelector(".avatar").textContent = [...this.label][0].toUpperCase();
    this.node.querySelector(".name").textContent = this.label;
    const hidden = person.hides_phone && person.phone.startsWith("+") ? " · la línea no lo ve" : "";
    this.node.querySelector(".number").textContent = phoneNumber(person.phone) + hidden;
    this.node.querySelector(".leave").setAttribute("aria-label", `Quitar el teléfono de ${this.label}`);
    this.chat.setAttribute("aria-label", `Conversación de ${this.label}`);
    this.field.setAttribute("aria-label", `Escribir como ${this.label}`);
    eye.setAttribute("aria-pressed", String(person.open));
    eye.textContent = person.open ? "Mirando" : "Sin mirar";
    eye.title = person.open
      ? "Tiene el chat abierto: lo que llega queda leído"
      : "Tiene el teléfono guardado: lo que llega queda sin leer";
  }

  show(messages) {
    this.messages.clear();
    this.lastDay = null;
    const all = document.createDocumentFragment();
    for (const message of messages) this.add(message, all);
    this.list.replaceChildren(all);
    this.node.classList.toggle("has-messages", messages.length > 0);
    this.typing(false);
    this.toEnd();
  }

  receive(message) {
    const known = this.messages.get(message.wamid);
    if (known) {
      setState(known.node, message);
      return;
    }
    const follow = this.nearEnd() || message.sender === "person";
    if (message.sender === "line") this.typing(false);
    this.node.classList.add("has-messages");
    this.add(message, this.list);
    if (follow) this.toEnd();
    else this.newest.hidden = false;
  }

  attempted(webhook) {
    const known = this.messages.get(webhook.wamid);
    if (known && webhook.kind === "message") setAttempts(known.node, webhook);
  }

  typing(on) {
    clearTimeout(this.typingTimer);
    const follow = this.nearEnd();
    this.typingNode.hidden = !on;
    if (on) this.typingTimer = setTimeout(() => this.typing(false), TYPING_SECONDS * 1000);
    if (on && follow) this.toEnd();
  }

  add(message, list) {
    const day = dayName(message.at);
    if (day !== this.lastDay) list.append(element("li", day, "day"));
    this.lastDay = day;
    const node = bubble(message, this.actions, (wamid) => this.messages.get(wamid)?.text || "");
    this.messages.set(message.wamid, { node, text: message.text });
    list.append(node);
  }

  async write(what) {
    try {
      await post("/api/messages", { phone: this.person.phone, ...what });
      return true;
    } catch (error) {
      document.getElementById("announcer").textContent = `No se pudo enviar: ${error.message}`;
      return false;
    }
  }

  async submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    if (!(await this.write({ text }))) this.field.value = text;
  }

  listen() {
    this.node.querySelector(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    for (const chip of this.node.querySelectorAll(".chip")) {
      chip.addEventListener("click", () => this.write({ text: chip.textContent }));
    }
    const chips = this.node.querySelector(".chips");
    chips.addEventListener("wheel", (event) => {
      if (event.deltaX || chips.scrollWidth <= chips.clientWidth) return;
      event.preventDefault();
      chips.scrollLeft += event.deltaY;
    }, { passive: false });
    const change = (wish) => post("/api/people", { phone: this.person.phone, ...wish });
    this.node.querySelector(".eye").addEventListener("click", () => change({ open: !this.person.open }));
    this.node.querySelector(".leave").addEventListener("click", () => change({ shown: false }));
    this.newest.addEventListener("click", () => {
      this.toEnd();
      this.field.focus();
    });
    this.chat.addEventListener("scroll", () => {
      if (this.nearEnd()) this.newest.hidden = true;
    });
    new ResizeObserver(() => {
      if (this.newest.hidden) this.toEnd();
    }).observe(this.chat);
  }

  nearEnd() {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < NEAR_END;
  }

  toEnd() {
    this.chat.scrollTop = this.chat.scrollHeight;
    this.newest.hidden = true;
  }
}

// The phone of a person who was not on the page until now, with its chat.
export async function phoneWithChat(person, index) {
  const phone = new Phone(person, index);
  const { messages } = await get(`/api/messages?phone=${encodeURIComponent(person.phone)}`);
  phone.show(messages);
  return phone;
}
