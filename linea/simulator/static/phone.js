// One person's phone: the head, and a chat for each channel.

import { get, post, query } from "./api.js";
import { attachments } from "./attach.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { clone, phoneNumber } from "./format.js";
import { messageMenu } from "./message_menu.js";
import { personMenu } from "./person_menu.js";
import { Sheet } from "./sheet.js";

const COLOURS = 6;
export const CHANNELS = { whatsapp: "WhatsApp", sms: "SMS" };

export class Phone {
  constructor(person, index) {
    this.node = clone("phone-template");
    this.index = index;
    this.newest = this.node.querySelector(".newest");
    this.sheet = new Sheet(this.node.querySelector(".screen"));
    this.node.querySelector(".avatar").classList.add(`colour-${index % COLOURS}`);
    this.composer = new Composer(this);
    const actions = {
      tap: (message, option) => this.send({ option_id: option.id, reply_to: message.wamid }),
      open: (message) => this.openList(message),
      menu: (wamid) => this.sheet.open("Con este mensaje", messageMenu(this, this.chat.messages.get(wamid).message)),
    };
    this.chats = {};
    for (const channel of Object.keys(CHANNELS)) {
      const atEnd = (yes) => channel === this.channel && (this.newest.hidden = yes);
      this.chats[channel] = new Chat(channel, actions, atEnd);
      this.node.querySelector(".chats").append(this.chats[channel].node);
    }
    this.update(person);
    this.choose("whatsapp");
    this.listen();
  }

  get label() {
    return this.person.name || phoneNumber(this.person.phone);
  }

  get chat() {
    return this.chats[this.channel];
  }

  update(person) {
    this.person = person;
    const eye = this.node.querySelector(".eye");
    this.node.dataset.phone = person.phone;
    this.node.id = `phone-${person.phone.replace(/\W/g, "")}`;
    this.node.setAttribute("aria-label", `Teléfono de ${this.label}`);
    this.node.querySelector(".avatar").textContent = [...this.label][0].toUpperCase();
    this.node.querySelector(".name").textContent = this.label;
    const hidden = person.hides_phone && person.phone.startsWith("+") ? " · la línea no lo ve" : "";
    this.node.querySelector(".number").textContent = phoneNumber(person.phone) + hidden;
    this.node.querySelector(".leave").setAttribute("aria-label", `Quitar el teléfono de ${this.label}`);
    this.node.querySelector(".more").setAttribute("aria-label", `Otras cosas que le pasan a ${this.label}`);
    for (const [channel, name] of Object.entries(CHANNELS)) {
      this.chats[channel].node.setAttribute("aria-label", `Conversación de ${this.label} por ${name}`);
    }
    this.composer.field.setAttribute("aria-label", `Escribir como ${this.label}`);
    eye.setAttribute("aria-pressed", String(person.open));
    eye.textContent = person.open ? "Mirando" : "Sin mirar";
    eye.title = person.open
      ? "Tiene el chat abierto: lo que llega queda leído"
      : "Tiene el teléfono guardado: lo que llega queda sin leer";
  }

  // Show the chat of a channel.
  choose(channel) {
    this.channel = channel;
    this.node.dataset.channel = channel;
    for (const [name, chat] of Object.entries(this.chats)) {
      const shown = name === channel;
      chat.node.hidden = !shown;
      const button = this.node.querySelector(`button.channel[data-channel=${name}]`);
      button.setAttribute("aria-pressed", String(shown));
      if (shown) button.querySelector(".unseen").hidden = true;
    }
    this.composer.choose(channel);
    this.chat.toEnd();
  }

  // The chats as they are; when the page is opened, the one that was written in last.
  show(messages) {
    if (!this.shown && messages.length) this.choose(messages.at(-1).channel);
    this.shown = true;
    for (const [channel, chat] of Object.entries(this.chats)) {
      chat.show(messages.filter((message) => message.channel === channel));
    }
  }

  receive(message) {
    const chat = this.chats[message.channel];
    if (!chat?.receive(message) || chat === this.chat) return;
    if (message.sender === "person") this.choose(message.channel);
    else this.node.querySelector(`button.channel[data-channel=${message.channel}] .unseen`).hidden = false;
  }

  attempted(webhook) {
    this.chats[webhook.channel]?.attempted(webhook);
  }

  typing(on) {
    this.chats.whatsapp.typing(on);
  }

  toEnd() {
    for (const chat of Object.values(this.chats)) chat.toEnd();
  }

  // Show whether this person's chat is being recorded.
  recorded(on) {
    this.node.querySelector(".phone-recording").hidden = !on;
  }

  openList(message) {
    const { button, sections } = message.content.interactive.action;
    const act = (option) => () => this.send({ option_id: option.id, reply_to: message.wamid });
    const groups = sections.map(({ title, rows }) => ({ title, rows: rows.map((row) => ({ ...row, act: act(row) })) }));
    this.sheet.open(button, groups);
  }

  // Whether the simulator took it; else it is said.
  send(wish) {
    return this.try(() => post("/api/messages", { phone: this.person.phone, channel: this.channel, ...wish }));
  }

  async try(work) {
    try {
      await work();
      return true;
    } catch (error) {
      say(`No se pudo: ${error.message}`);
      return false;
    }
  }

  listen() {
    const on = (selector, type, act) => this.node.querySelector(selector).addEventListener(type, act);
    const change = (wish) => this.try(() => post("/api/people", { phone: this.person.phone, ...wish }));
    for (const button of this.node.querySelectorAll("button.channel")) {
      button.addEventListener("click", () => this.choose(button.dataset.channel));
    }
    on(".attach", "click", () => this.sheet.open("Adjuntar", attachments(this)));
    on(".more", "click", () => this.sheet.open(`¿Qué le pasa a ${this.label}?`, personMenu(this)));
    on(".eye", "click", () => change({ open: !this.person.open }));
    on(".leave", "click", () => change({ shown: false }));
    this.newest.addEventListener("click", () => {
      this.chat.toEnd();
      this.composer.field.focus();
    });
  }
}

// Say something to whoever looks at the page, and to whoever hears it.
export function say(text) {
  const node = document.getElementById("announcer");
  node.textContent = text;
  clearTimeout(node.timer);
  node.timer = setTimeout(() => (node.textContent = ""), 8000);
}

// The phone of a person who was not on the page until now, with its chat.
export async function phoneWithChat(person, index) {
  const phone = new Phone(person, index);
  const { messages } = await get(`/api/messages?${query({ phone: person.phone })}`);
  phone.show(messages);
  return phone;
}
