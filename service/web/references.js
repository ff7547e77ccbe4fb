import { published, titleOf, webAddress } from "./citations.js";

/** An answer as plain text, with numbered references below it. */
export function withReferences(answer) {
  return [
    answer.question,
    answer.text,
    ...(answer.disagreements ?? []).map(disagreementText),
    ["Sources", ...answer.citations.map(reference)].join("\n"),
  ].join("\n\n");
}

/** Puts text on the clipboard; resolves to whether that worked. */
export async function copyText(text) {
  // navigator.clipboard exists only under https and on localhost; a newsroom's intranet is often neither.
  if (!navigator.clipboard) return copyBySelection(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyBySelection(text));
}

function disagreementText({ about, positions }) {
  return [`Sources disagree: ${about}`, ...positions.map(({ text }) => `– ${text}`)].join("\n");
}

function reference(citation) {
  const place = webAddress(citation.url)?.href ?? `article ${citation.article_id}, version ${citation.version}`;
  const about = [citation.author, citation.outlet, `“${titleOf(citation)}”`, published(citation), place];
  return `[${citation.number}] ${about.filter(Boolean).join(", ")}\n    “${citation.quote}”`;
}

function copyBySelection(text) {
  const area = document.createElement("textarea");
  const focused = document.activeElement;
  area.className = "unseen";
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}
