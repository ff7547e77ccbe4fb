import { inMarks, published, titleOf, webAddress } from "./citations.js";
import { longDate } from "./dates.js";

/** An answer as plain text, with numbered references below it; each quote stands once, under its reference. */
export function withReferences(answer) {
  const short = answer.short_answer;
  const days = new Map((answer.timeline ?? []).flatMap((event) => event.citations.map((number) => [number, dayOf(event)])));
  return [
    answer.question,
    short ? marked(short.text, short.citations) : null,
    ...answer.claims.filter((claim) => claim.support !== "quoted").map((claim) => claim.text),
    ...(answer.disagreements ?? []).map((one) => contrastText("Sources disagree", one, answer)),
    ...(answer.changes ?? []).map((one) => contrastText("Changed over time", one, answer)),
    ["Sources", ...answer.citations.map((citation) => reference(citation, days.get(citation.number)))].join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** One quote as plain text, with its reference. */
export function withQuote(citation) {
  return `${inMarks(citation.quote)}\n${about(citation)}`;
}

/** Puts text on the clipboard; resolves to whether that worked. */
export async function copyText(text) {
  // navigator.clipboard exists only under https and on localhost; a newsroom's intranet is often neither.
  if (!navigator.clipboard) return copyBySelection(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyBySelection(text));
}

/** The sides by their values, or by who says them where they have none. */
function contrastText(heading, { about, positions }, { citations }) {
  const outlet = (number) => citations.find((one) => one.number === number)?.outlet;
  const side = ({ value, day, citations: numbers }) => marked([day, value ?? numbers.map(outlet).join(", ")].filter(Boolean).join(": "), numbers);
  return [`${heading}: ${about}`, ...positions.map((position) => `– ${side(position)}`)].join("\n");
}

function marked(text, numbers) {
  return [text, ...numbers.map((number) => `[${number}]`)].join(" ");
}

function dayOf({ told, first, planned }) {
  return `${told || longDate(first)}${planned ? " (planned)" : ""}`;
}

function about(citation) {
  const place = webAddress(citation.url)?.href ?? `article ${citation.article_id}, version ${citation.version}`;
  return [citation.author, citation.outlet, `“${titleOf(citation)}”`, published(citation), place].filter(Boolean).join(", ");
}

function reference(citation, day) {
  return `[${citation.number}] ${day ? `${day} – ` : ""}${about(citation)}\n    ${inMarks(citation.quote)}`;
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
