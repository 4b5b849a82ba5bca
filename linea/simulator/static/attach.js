// What somebody can send besides words, as the groups of a sheet.

import { ask } from "./ask.js";

const PLACES = [
  { name: "Plaza San Martín", address: "Cercado de Lima", latitude: -12.0515, longitude: -77.0346 },
  { name: "Terminal de Tumbes", address: "Tumbes", latitude: -3.5669, longitude: -80.4515 },
];
const CARD = [{ name: "María, mi vecina", phones: ["+51987000099"] }];
const FILES = [
  { kind: "image", title: "Foto" },
  { kind: "voice", title: "Nota de voz" },
  { kind: "video", title: "Video" },
  { kind: "document", title: "Documento" },
  { kind: "sticker", title: "Sticker" },
  { kind: "audio", title: "Audio" },
];
const CAPTIONED = new Set(["image", "video", "document"]);

// `phone.send(wish)` sends; `phone.composer.caption()` takes what stands in the field; `phone.composer.chooseFile()` opens this computer's files.
export function attachments(phone) {
  const send = (wish) => () => phone.send(wish);
  const file = ({ kind, title }) => ({
    title,
    icon: kind,
    act: () => phone.send({ [kind]: CAPTIONED.has(kind) ? phone.composer.caption() : {} }),
  });
  const own = { title: "Tu archivo", icon: "file", act: () => phone.composer.chooseFile() };
  if (phone.channel === "sms") {
    return [{ title: "Por SMS solo llegan fotos y audios (MMS)", look: "tiles", rows: [...FILES.slice(0, 2).map(file), own] }];
  }
  const album = (count) => ({
    title: `${count} fotos`,
    icon: "album",
    act: () => phone.send({ album: { count, ...phone.composer.caption() } }),
  });
  const place = PLACES[phone.index % PLACES.length];
  return [
    {
      look: "tiles",
      rows: [
        ...FILES.map(file), album(4), album(10),
        { title: "Ubicación", icon: "location", act: send({ location: place }) },
        { title: "Otro lugar", icon: "location", act: () => askPlace(phone) },
        { title: "Contacto", icon: "contacts", act: send({ contacts: CARD }) },
        own,
      ],
    },
    {
      title: "Cosas raras",
      rows: [
        { title: "Una encuesta", description: "WhatsApp avisa de que no la puede entregar", icon: "odd", act: send({ unsupported: "poll" }) },
        { title: "Un mensaje reenviado", description: "Una cadena que pasa de mano en mano", icon: "forward", act: send({ text: "Tomen ivermectina, cura el covid. Pásalo", forwarded: true }) },
        { title: "Llega por un anuncio", description: "Tocó un anuncio y escribe por primera vez", icon: "advert", act: send({ text: "Hola, vi su anuncio", referral: true }) },
      ],
    },
  ];
}

function askPlace(phone) {
  ask({
    title: "Mandar un lugar",
    about: "Grados con decimales. El nombre puede faltar, como en un teléfono.",
    fields: [
      { name: "latitude", label: "Latitud", type: "text", value: "-12.0464" },
      { name: "longitude", label: "Longitud", type: "text", value: "-77.0428" },
      { name: "name", label: "Nombre del lugar", optional: true },
    ],
    ok: "Mandar",
    trouble: "Ese lugar no se entiende. Escribe dos números, por ejemplo -12.05 y -77.04.",
    done: async ({ latitude, longitude, name }) => {
      const place = { latitude: Number(latitude), longitude: Number(longitude), ...(name && { name }) };
      if (Number.isNaN(place.latitude) || Number.isNaN(place.longitude)) throw new Error("no number");
      if (!(await phone.send({ location: place }))) throw new Error("refused");
    },
  });
}

// The kind of message that a file of this computer becomes.
export function kindOfFile(file) {
  const [family, form] = file.type.split("/");
  if (family === "image") return form === "webp" ? "sticker" : "image";
  if (family === "audio") return form.startsWith("ogg") ? "voice" : "audio";
  return family === "video" ? "video" : "document";
}
