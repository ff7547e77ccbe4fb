import { request } from "./requests.js";

// The server sends a heartbeat at least every 15 s; three missed means that nobody is there.
const SILENCE_MS = 45_000;

/** Asks a question, `asked` as the API takes it, and yields the events of its answer as `{name, data}` until the stream ends, however it ends. */
export async function* askStream(asked, signal) {
  const response = await request("/v1/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ ...asked, stream: true }),
    signal,
  });
  for await (const { name, data } of events(chunks(response.body, SILENCE_MS))) {
    yield { name, data: JSON.parse(data) };
  }
}

/** Reads server-sent events from an async iterable of byte chunks, as the HTML standard says to. */
export async function* events(byteChunks) {
  const decoder = new TextDecoder();
  const lines = new Lines();
  let name = "";
  let data = [];
  for await (const bytes of byteChunks) {
    for (const line of lines.push(decoder.decode(bytes, { stream: true }))) {
      if (line === "") {
        if (data.length) yield { name: name || "message", data: data.join("\n") };
        name = "";
        data = [];
        continue;
      }
      const [field, value] = fieldOf(line);
      if (field === "event") name = value;
      if (field === "data") data.push(value);
    }
  }
}

/** Cuts text that arrives in pieces into lines ended by CR, LF or CRLF. */
class Lines {
  #rest = "";
  #afterReturn = false;

  push(text) {
    if (text === "") return [];
    // A CR ends its line at once; an LF that opens the next piece belongs to it.
    const piece = this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#afterReturn = text.endsWith("\r");
    const lines = (this.#rest + piece).split(/\r\n|\r|\n/);
    this.#rest = lines.pop();
    return lines;
  }
}

function fieldOf(line) {
  const colon = line.indexOf(":");
  if (colon === -1) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

async function* chunks(stream, silenceMs) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return;
      yield value;
    }
  } catch (error) {
    // A connection that breaks mid-answer is an end without `done`; only the reader's own stop is passed on.
    if (error.name === "AbortError") throw error;
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function within(milliseconds, promise) {
  let timer;
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the stream fell silent")), milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
