// A list that rises inside a phone: rows with descriptions, closed by Escape or a tap outside.

import { element, icon } from "./format.js";

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

  // `groups`: [{title?, look?, rows: [{title, description?, icon?, act}]}]; `look` is "tiles" or "row".
  open(title, groups) {
    this.before = document.activeElement;
    this.title.textContent = title;
    this.node.setAttribute("aria-label", title);
    this.rows.replaceChildren();
    for (const group of groups) {
      if (group.title) this.rows.append(element("h4", group.title));
      const box = element("div", undefined, group.look || "rows");
      for (const row of group.rows) box.append(this.row(row));
      this.rows.append(box);
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

  row(row) {
    const button = element("button", undefined, "row");
    button.type = "button";
    if (row.icon) button.append(icon(row.icon));
    button.append(element("span", row.title, "row-title"));
    if (row.description) button.append(element("span", row.description, "row-description"));
    if (row.label) button.setAttribute("aria-label", row.label);
    button.addEventListener("click", () => {
      this.close();
      row.act();
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
