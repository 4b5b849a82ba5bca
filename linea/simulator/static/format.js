// Turns texts into nodes: *bold*, _italic_, ~struck~, ```code``` and links. Text only ever becomes a text node.

const MARKS = /```([\s\S]+?)```|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])|https?:\/\/[^\s<>"']+/gu;
const TAGS = { "*": "strong", _: "em", "~": "s" };

export function rich(text) {
  const result = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    result.append(text.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1] !== undefined) {
      result.append(element("code", found[1]));
    } else if (found[2]) {
      const part = document.createElement(TAGS[found[2]]);
      part.append(rich(found[3]));
      result.append(part);
    } else {
      const address = found[0].replace(/[.,;:!?)\]]+$/, "");
      result.append(link(address), found[0].slice(address.length));
    }
  }
  result.append(text.slice(end));
  return result;
}

export function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function link(address) {
  const node = element("a", address);
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

const CLOCK = new Intl.DateTimeFormat("es-PE", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const PRECISE = new Intl.DateTimeFormat("es-PE", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat("es-PE", { weekday: "long", day: "numeric", month: "long" });

export const clockTime = (iso) => CLOCK.format(new Date(iso));
export const preciseTime = (iso) => PRECISE.format(new Date(iso));

export function dayName(iso) {
  const day = new Date(iso).toDateString();
  if (day === new Date().toDateString()) return "Hoy";
  return DAY.format(new Date(iso));
}

export function phoneNumber(phone) {
  if (!phone.startsWith("+")) return "sin número";
  const [, country, rest] = phone.match(/^(\+\d{2})(\d+)$/) || [null, phone, ""];
  return `${country} ${rest.replace(/(\d{3})(?=\d{3})/g, "$1 ")}`.trim();
}
