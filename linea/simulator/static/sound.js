// A voice note as a phone shows it: one button, how far it has come, how long it is.

import { element, icon } from "./format.js";

export function player(address, name) {
  const node = element("div", undefined, "sound");
  const button = element("button", undefined, "sound-button");
  const bar = element("progress");
  const time = element("span", "", "sound-time");
  const audio = element("audio");
  button.type = "button";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-hidden", "true");
  const show = () => {
    const playing = !audio.paused;
    button.replaceChildren(icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? "Parar" : `Escuchar: ${name}`);
    bar.value = audio.duration ? audio.currentTime / audio.duration : 0;
    time.textContent = clock(playing || audio.currentTime ? audio.currentTime : audio.duration);
  };
  for (const kind of ["loadedmetadata", "durationchange", "timeupdate", "play", "pause", "ended"]) {
    audio.addEventListener(kind, show);
  }
  audio.addEventListener("error", () => {
    time.textContent = "no se puede oír";
    button.disabled = true;
  });
  button.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
  audio.preload = "metadata";
  audio.src = address;
  show();
  node.append(button, bar, time, audio);
  return node;
}

function clock(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
