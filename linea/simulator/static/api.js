// The simulator's own API, and its stream of changes.

async function call(method, path, body) {
  const options = { method };
  if (body instanceof File) {
    options.headers = { "content-type": body.type || "application/octet-stream" };
    options.body = body;
  } else if (body !== undefined) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error || `HTTP ${answer.status}`);
  return data;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body ?? {});
export const remove = (path) => call("DELETE", path);

export const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value != null));

// The id of a file of this computer, kept by the simulator.
export const upload = async (file) => (await post(`/api/media?${query({ filename: file.name })}`, file)).id;

const KINDS = [
  "person", "message", "call", "webhook", "faults", "typing", "replay", "moved", "reset", "behind",
];

// Calls `show` with the whole state when the stream (re)starts or has fallen behind, and `apply` for each change after.
export function follow(show, apply) {
  let waiting = null;
  const reload = async () => {
    const mine = [];
    waiting = mine;
    const state = await get("/api/state").catch(() => null); // away: the stream will begin again when it is back
    if (!state || waiting !== mine) return;
    show(state);
    waiting = null;
    for (const [kind, data] of mine) apply(kind, data);
  };
  const stream = new EventSource("/api/events");
  stream.addEventListener("hello", reload);
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => {
      if (kind === "moved") apply(kind, JSON.parse(event.data));
      if (kind === "behind" || kind === "reset" || kind === "moved") reload();
      else if (waiting) waiting.push([kind, JSON.parse(event.data)]);
      else apply(kind, JSON.parse(event.data));
    });
  }
}
