// Asks for one or two values in a dialog; what goes wrong is said there, and nothing typed is lost.

import { element } from "./format.js";

const dialog = document.getElementById("ask");
const form = dialog.querySelector("form");
const problem = dialog.querySelector(".error");
let act = null;

// `fields`: [{name, label, type?, value?, hint?, optional?}]. `done(values)` may throw; the dialog then stays.
export function ask({ title, about, fields, ok, done, trouble }) {
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".hint").textContent = about;
  dialog.querySelector(".strong").textContent = ok;
  dialog.querySelector(".ask-fields").replaceChildren(...fields.map(field));
  problem.textContent = "";
  act = async (values) => {
    try {
      await done(values);
      dialog.close();
    } catch (error) {
      problem.textContent = trouble || `No se pudo: ${error.message}`;
    }
  };
  dialog.showModal();
}

dialog.querySelector(".ask-cancel").addEventListener("click", () => dialog.close());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const values = {};
  for (const input of form.querySelectorAll("[name]")) {
    values[input.name] = input.type === "checkbox" ? input.checked : input.value.trim();
  }
  act(values);
});

function field({ name, label, type, value, hint, optional, choices, limit }) {
  const box = element("label");
  const input = element(type === "textarea" ? "textarea" : "input");
  input.name = name;
  input.autocomplete = "off";
  if (type === "checkbox") {
    input.type = type;
    box.className = "check";
    box.append(input, label);
    return box;
  }
  if (type === "textarea") input.rows = 3;
  else input.inputMode = type || "text";
  input.value = value ?? "";
  input.placeholder = hint || "";
  input.maxLength = limit || 1000;
  input.required = !optional;
  box.append(label, input);
  if (choices?.length) {
    const list = element("datalist");
    list.id = `choices-${name}`;
    list.append(...choices.map((choice) => new Option(choice)));
    input.setAttribute("list", list.id);
    box.append(list);
  }
  return box;
}
