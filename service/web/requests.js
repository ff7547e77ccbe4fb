/** Where the server tells who is asking. */
export const SESSION = "/v1/session";

/** The name of the event that tells that the server knows no more who is asking. */
export const SIGNED_OUT = "signed-out";

/** Something the server refused or failed at, as problem+json says it (RFC 9457). */
export class Problem extends Error {
  constructor({ title, detail, status } = {}) {
    super(detail ?? title ?? "Unknown problem");
    this.name = "Problem";
    this.title = title ?? "Something went wrong";
    this.detail = detail ?? null;
    this.status = status ?? null;
  }
}

/** Sends a request to the API. Throws a Problem for every answer that is none, and an AbortError when stopped. */
export async function request(path, options = {}) {
  const response = await fetch(path, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem({ title: "Dateline cannot be reached", detail: "Check that the server is running, then try again." });
  });
  if (response.status === 401 && path !== SESSION) document.dispatchEvent(new Event(SIGNED_OUT));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Fetches a JSON document of the API. */
export async function getJson(path, signal) {
  const response = await request(path, { headers: { Accept: "application/json" }, signal });
  return response.json();
}

/** Sends a JSON document and reads the one that comes back. */
export async function postJson(path, body, signal) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const response = await request(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  return response.status === 204 ? null : response.json();
}

/** A problem as a reader is told of it: what the server said, or else what failed on the way to it. */
export function problemText({ title, detail, message, status }) {
  const said = detail ?? message ?? title ?? "Something went wrong";
  const text = status || !title || title === said ? said : `${title}. ${said}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function problemOf(response) {
  const fallback = { title: `The server answered ${response.status}`, status: response.status };
  return new Problem(await response.json().then((body) => ({ ...fallback, ...body }), () => fallback));
}
