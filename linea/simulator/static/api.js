// The simulator's own API, and its stream of changes.

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
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

const KINDS = ["person", "message", "call", "webhook", "faults", "typing", "reset", "behind"];

// Calls `load` when the stream (re)starts or has fallen behind, and `apply` for each change after that.
export function follow(load, apply) {
  let waiting = null;
  const reload = async () => {
    const mine = [];
    waiting = mine;
    try {
      await load();
    } catch {
      return; // the stream will begin again when the simulator is back
    }
    if (waiting !== mine) return;
    waiting = null;
    for (const [kind, data] of mine) apply(kind, data);
  };
  const stream = new EventSource("/api/events");
  stream.addEventListener("hello", reload);
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => {
      if (kind === "behind" || kind === "reset") reload();
      else if (waiting) waiting.push([kind, JSON.parse(event.data)]);
      else apply(kind, JSON.parse(event.data));
    });
  }
}
