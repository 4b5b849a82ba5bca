// One chat of a phone: the bubbles of one channel, and whether it follows what arrives.

import { bubble, setAttempts, setState } from "./bubbles.js";
import { eventText, kindOf, summary } from "./contents.js";
import { clone, dayName, element } from "./format.js";

const NEAR_END = 80; // pixels from the end within which the chat keeps following
const TYPING_SECONDS = 25; // Meta's own limit
const ALBUM_SECONDS = 6; // pictures this close together are one album
const MARKS = new Set(["reaction", "edit", "revoke"]); // they change another bubble, and have none of their own

export class Chat {
  constructor(channel, actions, atEnd) {
    this.channel = channel;
    this.actions = actions;
    this.atEnd = atEnd;
    this.node = clone("chat-template");
    this.list = this.node.querySelector(".bubbles");
    this.typingNode = this.node.querySelector(".typing");
    this.messages = new Map();
    this.stuck = true; // to the end, until somebody scrolls up
    const size = () => `${this.node.clientWidth} ${this.node.clientHeight}`;
    this.node.addEventListener("scroll", () => {
      if (size() !== this.size) return; // the room has changed, as when a phone is added: nobody scrolled
      this.stuck = this.nearEnd();
      if (this.stuck) this.atEnd(true);
    });
    const stay = () => this.stuck && this.toEnd();
    new ResizeObserver(() => {
      this.size = size();
      stay();
    }).observe(this.node);
    this.node.addEventListener("load", stay, true); // a picture takes its room when it has come
    this.node.addEventListener("loadedmetadata", stay, true);
  }

  show(messages) {
    this.messages.clear();
    this.last = this.lastDay = null;
    const all = document.createDocumentFragment();
    for (const message of messages) this.add(message, all);
    this.list.replaceChildren(all);
    this.node.classList.toggle("has-messages", messages.length > 0);
    this.typing(false);
    this.toEnd();
  }

  // Whether the message is a new one.
  receive(message) {
    const known = this.messages.get(message.wamid);
    if (known) {
      known.message = message;
      if (known.node) setState(known.node, message);
      return false;
    }
    const follow = this.stuck || message.sender === "person";
    if (message.sender === "line") this.typing(false);
    this.node.classList.add("has-messages");
    this.add(message, this.list);
    if (follow) this.toEnd();
    else this.atEnd(false);
    return true;
  }

  attempted(webhook) {
    const node = this.messages.get(webhook.wamid)?.node;
    if (node && webhook.kind === "message") setAttempts(node, webhook);
  }

  typing(on) {
    clearTimeout(this.typingTimer);
    this.typingNode.hidden = !on;
    if (on) this.typingTimer = setTimeout(() => this.typing(false), TYPING_SECONDS * 1000);
    if (on && this.stuck) this.toEnd();
  }

  add(message, list) {
    if (MARKS.has(message.type) && this.messages.get(message.reply_to)?.node) {
      this.messages.set(message.wamid, { message });
      return;
    }
    this.startDay(message, list);
    if (message.sender === "system") {
      list.append(element("li", eventText(message), "event"));
      this.messages.set(message.wamid, { message });
      this.last = null;
      return;
    }
    const quoted = (wamid) => {
      const found = this.messages.get(wamid)?.message;
      return found ? summary(found) : "";
    };
    const node = bubble(message, this.actions, quoted);
    this.messages.set(message.wamid, { node, message });
    const album = this.album(message);
    (album || list).append(node);
    this.last = { message, node, album };
  }

  startDay(message, list) {
    const day = dayName(message.at);
    if (day !== this.lastDay) list.append(element("li", day, "day"));
    this.lastDay = day;
  }

  // The album that a picture belongs to, with the one before it; null when it stands alone.
  album(message) {
    const before = this.last;
    if (!before || message.sender !== before.message.sender) return null;
    if (kindOf(message) !== "image" || kindOf(before.message) !== "image" || !message.media_id) return null;
    if (new Date(message.at) - new Date(before.message.at) > ALBUM_SECONDS * 1000) return null;
    if (before.album) return before.album;
    const outer = element("li", undefined, "album");
    const album = element("ol");
    outer.dataset.sender = message.sender;
    outer.append(album);
    before.node.replaceWith(outer);
    album.append(before.node);
    return album;
  }

  nearEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.stuck = true;
    this.atEnd(true);
  }
}
