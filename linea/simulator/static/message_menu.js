// What can be done with one WhatsApp message: react, answer, correct, delete.

const EMOJIS = [
  ["👍", "bien"], ["❤️", "corazón"], ["😂", "risa"], ["😮", "sorpresa"], ["😢", "tristeza"], ["🙏", "gracias"],
];

// The groups of a sheet; `phone.send(wish)` sends, `phone.composer.answering(message)` and `phone.composer.correcting(message)` go on in the field.
export function messageMenu(phone, message) {
  const target = message.wamid;
  const react = (emoji) => () => phone.send({ reaction: { target, emoji } });
  const rows = [
    { title: "Responder a este mensaje", icon: "reply", act: () => phone.composer.answering(message) },
  ];
  if (message.reaction) rows.push({ title: "Quitar la reacción", icon: "remove", act: react("") });
  if (message.sender === "person" && !message.removed) {
    if (message.type === "text") {
      rows.push({ title: "Corregir", description: "A la línea le llega el texto nuevo", icon: "edit", act: () => phone.composer.correcting(message) });
    }
    rows.push({
      title: "Borrar para todos", description: "La línea se entera de que se borró", icon: "remove",
      act: () => phone.send({ revoke: { target } }),
    });
  }
  const emojis = EMOJIS.map(([emoji, name]) => ({ title: emoji, label: `Reaccionar: ${name}`, act: react(emoji) }));
  return [{ title: "Reaccionar", look: "emojis", rows: emojis }, { rows }];
}
