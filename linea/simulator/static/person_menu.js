// What else can happen to a person: another number, another telephone, somebody of the team who answers by hand.

import { post } from "./api.js";
import { ask } from "./ask.js";

const WRONG_NUMBER = "Ese número no se entiende, o ya es de otra persona. Escríbelo con el código del país: +51 987 000 003.";

// The groups of a sheet; `phone.try(work)` says what went wrong.
export function personMenu(phone) {
  const number = phone.person.phone;
  const named = phone.label;
  const change = (wish) => post("/api/people/change", { phone: number, ...wish });
  const handover = (taken) => () => phone.try(() => post("/api/handover", { phone: number, taken }));
  const hides = phone.person.hides_phone;
  return [
    {
      title: "Cambia quién escribe",
      rows: [
        {
          title: "Cambió de número",
          description: "WhatsApp avisa a la línea; el número viejo deja de ser suyo",
          icon: "number",
          act: () => ask({
            title: `${named} cambió de número`,
            about: "WhatsApp avisa a la línea con el número viejo y el nuevo.",
            fields: [{ name: "phone", label: "Número nuevo", type: "tel", hint: "vacío: uno inventado", optional: true }],
            ok: "Cambiar",
            trouble: WRONG_NUMBER,
            done: ({ phone: after }) => change({ new_phone: after.replace(/[\s().-]/g, "") }),
          }),
        },
        {
          title: "Cambió de aparato",
          description: "Instaló WhatsApp de nuevo, ella u otra persona",
          icon: "odd",
          act: () => phone.try(() => change({ device: true })),
        },
        {
          title: "Cambió su nombre de usuario",
          description: "El identificador que da WhatsApp es otro",
          icon: "contacts",
          act: () => phone.try(() => change({ new_user_id: "" })),
        },
        ...(number.startsWith("+") ? [{
          title: hides ? "La línea vuelve a ver su número" : "La línea deja de ver su número",
          description: hides ? "Escribe otra vez con su número" : "Escribe con nombre de usuario, sin número",
          icon: "eye",
          act: () => phone.try(() => post("/api/people", { phone: number, hides_phone: !hides })),
        }] : []),
      ],
    },
    {
      title: "Contesta alguien que no es la línea",
      rows: [
        {
          title: "Responde desde el teléfono del equipo",
          description: "Alguien del equipo escribe con la aplicación",
          icon: "team",
          act: () => ask({
            title: "Responder desde el teléfono del equipo",
            about: "A la línea le llega una copia, y debe callarse.",
            fields: [{ name: "text", label: "Mensaje", type: "textarea", value: "Hola, te escribe Carmen, del equipo." }],
            ok: "Enviar",
            done: ({ text }) => post("/api/echo", { phone: number, text }),
          }),
        },
        {
          title: "Escribe mientras otro sistema la atiende",
          description: "A la línea solo le llega una copia",
          icon: "forward",
          act: () => ask({
            title: `${named} escribe a otro sistema`,
            about: "A la línea le llega una copia que no debe contestar.",
            fields: [{ name: "text", label: "Mensaje", type: "textarea", value: "¿y mi cita?" }],
            ok: "Enviar",
            done: ({ text }) => post("/api/standby", { phone: number, text }),
          }),
        },
        { title: "Otro sistema toma el chat", icon: "forward", act: handover(true) },
        { title: "Otro sistema devuelve el chat", icon: "reply", act: handover(false) },
      ],
    },
  ];
}
