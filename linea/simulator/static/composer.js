// The field to write in: a new message, an answer to one, a correction, the caption of a file.

import { post, upload } from "./api.js";
import { kindOfFile } from "./attach.js";
import { summary } from "./contents.js";

const CAPTIONED = new Set(["image", "video", "document"]);

export class Composer {
  constructor(phone) {
    this.phone = phone;
    const part = (selector) => phone.node.querySelector(selector);
    this.field = part(".field");
    this.about = part(".about");
    this.chips = part(".chips");
    this.file = part(".own-file");
    part(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    part(".about-cancel").addEventListener("click", () => this.leaveMessage());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.file.addEventListener("change", () => this.file.files[0] && this.sendFile(this.file.files[0]));
    for (const chip of this.chips.children) {
      chip.addEventListener("click", () => phone.send({ text: chip.textContent }));
    }
    this.chips.addEventListener("wheel", (event) => {
      if (event.deltaX || this.chips.scrollWidth <= this.chips.clientWidth) return;
      event.preventDefault();
      this.chips.scrollLeft += event.deltaY;
    }, { passive: false });
  }

  choose(channel) {
    for (const chip of this.chips.children) chip.hidden = chip.dataset.channel !== channel;
    this.chips.scrollLeft = 0;
    this.field.placeholder = channel === "sms" ? "Escribe un SMS" : "Escribe un mensaje";
    this.leaveMessage();
  }

  key(event) {
    if (event.key === "Escape") this.leaveMessage();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  async submit() {
    const text = this.field.value.trim();
    if (!text) return;
    const { reply, edit } = this;
    this.field.value = "";
    this.leaveMessage();
    const wish = edit ? { edit: { target: edit, text } } : { text, ...(reply && { reply_to: reply }) };
    if (!(await this.phone.send(wish))) this.field.value = text;
  }

  // What stands in the field, as the caption of a file; the field is empty afterwards.
  caption() {
    const caption = this.field.value.trim();
    this.field.value = "";
    return caption ? { caption } : {};
  }

  answering(message) {
    this.leaveMessage();
    this.reply = message.wamid;
    this.showAbout(`Respondes a «${summary(message)}»`);
  }

  correcting(message) {
    this.leaveMessage();
    this.edit = message.wamid;
    this.field.value = message.text;
    this.showAbout("Corriges tu mensaje");
  }

  showAbout(text) {
    this.about.hidden = false;
    this.about.querySelector(".about-text").textContent = text;
    this.field.focus();
  }

  // Go back to writing something new.
  leaveMessage() {
    if (this.edit) this.field.value = "";
    this.reply = this.edit = null;
    this.about.hidden = true;
  }

  chooseFile() {
    this.file.accept = this.phone.channel === "sms" ? "image/*,audio/*" : "";
    this.file.value = "";
    this.file.click();
  }

  sendFile(file) {
    const kind = kindOfFile(file);
    const caption = CAPTIONED.has(kind) ? this.caption() : {};
    const name = kind === "document" ? { filename: file.name } : {};
    return this.phone.try(async () => {
      const media_id = await upload(file);
      const { person, channel } = this.phone;
      await post("/api/messages", { phone: person.phone, channel, [kind]: { media_id, ...name, ...caption } });
    });
  }
}
