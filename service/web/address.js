/**
 * The addresses of the page: all of it is one document, and what it shows stands behind the "#".
 *
 * `#/` a new conversation · `#/conversations` all of them · `#/conversations/ID` · `#/answers/ID` ·
 * `#/archive?q=…&sort=…&outlet=…&since=…&until=…&author=…&language=…` · `#/articles/ID` · `#/articles/ID/versions/N` ·
 * `#/articles/ID/versions/N?start=…&end=…` with the words between marked ·
 * `#q=…` asks that question.
 */

const VIEWS = [
  [/^\/conversations$/, "conversations"],
  [/^\/conversations\/(?<id>[A-Za-z0-9._-]{1,64})$/, "conversation"],
  [/^\/answers\/(?<id>[A-Za-z0-9._-]{1,64})$/, "answer"],
  [/^\/archive$/, "archive"],
  [/^\/articles\/(?<id>\d{1,19})(?:\/versions\/(?<version>\d{1,10}))?$/, "article"],
];

/** What an address behind "#" asks to see, as `{view, id, version, query}`; a new conversation where it says nothing. */
export function parseAddress(hash) {
  const [path, search = ""] = hash.replace(/^#/, "").split("?", 2);
  for (const [form, view] of VIEWS) {
    const found = form.exec(path);
    if (found) return { view, ...found.groups, query: new URLSearchParams(search) };
  }
  const question = new URLSearchParams(hash.replace(/^#/, "")).get("q")?.trim();
  return { view: "fresh", question: question || null };
}

/** The address of a conversation. */
export function conversationAddress(id) {
  return `#/conversations/${encodeURIComponent(id)}`;
}

/** The address of one answer by itself. */
export function answerAddress(id) {
  return `#/answers/${encodeURIComponent(id)}`;
}

/** The address of the archive's articles within some limits, those left empty left out. */
export function archiveAddress(limits = {}) {
  const given = Object.entries(limits).filter(([, value]) => value);
  return given.length ? `#/archive?${new URLSearchParams(given)}` : "#/archive";
}
