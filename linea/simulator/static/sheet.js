// The list of a message, opened from below: rows with descriptions, closed by Escape or a tap outside.

import { element } from "./format.js";

export class Sheet {
  constructor(screen) {
    this.node = screen.querySelector(".sheet");
    this.cover = screen.querySelector(".sheet-cover");
    this.rows = screen.querySelector(".sheet-rows");
    this.title = screen.querySelector(".sheet-title");
    this.behind = [...screen.children].filter((child) => child !== this.node && child !== this.cover);
    this.cover.addEventListener("click", () => this.close());
    this.node.querySelector(".sheet-close").addEventListener("click", () => this.close());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  open(message, pick) {
    const action = message.content.interactive.action;
    this.before = document.activeElement;
    this.title.textContent = action.button;
    this.node.setAttribute("aria-label", action.button);
    this.rows.replaceChildren();
    for (const section of action.sections) {
      if (section.title) this.rows.append(element("h4", section.title));
      for (const row of section.rows) this.rows.append(this.row(row, pick));
    }
    for (const child of this.behind) child.inert = true;
    this.cover.hidden = this.node.hidden = false;
    this.rows.scrollTop = 0;
    this.rows.querySelector("button").focus();
  }

  close() {
    for (const child of this.behind) child.inert = false;
    this.cover.hidden = this.node.hidden = true;
    this.before?.focus();
  }

  row(row, pick) {
    const button = element("button", undefined, "row");
    button.type = "button";
    button.append(element("span", row.title, "row-title"));
    if (row.description) button.append(element("span", row.description, "row-description"));
    button.addEventListener("click", () => {
      this.close();
      pick(row);
    });
    return button;
  }

  key(event) {
    const buttons = [...this.node.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const go = (index) => {
      event.preventDefault();
      buttons[(index + buttons.length) % buttons.length].focus();
    };
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "ArrowDown" || (event.key === "Tab" && !event.shiftKey)) go(at + 1);
    else if (event.key === "ArrowUp" || event.key === "Tab") go(at - 1);
  }
}
