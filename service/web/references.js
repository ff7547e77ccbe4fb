import { inMarks, published, titleOf, webAddress } from "./citations.js";

/** An answer as plain text, with numbered references below it; each quote stands once, under its reference. */
export function withReferences(answer, words) {
  const short = answer.short_answer;
  const days = new Map((answer.timeline ?? []).flatMap((event) => event.citations.map((number) => [number, dayOf(event, words)])));
  const contrasts = (message, found) => (found ?? []).map((one) => contrastText(words.tell(message, one), one, answer, words));
  return [
    answer.question,
    short ? marked(short.text, short.citations) : null,
    ...answer.claims.filter((claim) => claim.support !== "quoted").map((claim) => claim.text),
    ...contrasts("Sources disagree about: {about}", answer.disagreements),
    ...contrasts("Changed over time: {about}", answer.changes),
    [words.tell("Evidence"), ...answer.citations.map((citation) => reference(citation, days.get(citation.number), words))].join("\n"),
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
function contrastText(heading, { positions }, { citations }, words) {
  const outlet = (number) => citations.find((one) => one.number === number)?.outlet;
  const side = ({ value, day, citations: numbers }) => marked([day && words.day(day), value ?? numbers.map(outlet).join(", ")].filter(Boolean).join(": "), numbers);
  return [heading, ...positions.map((position) => `– ${side(position)}`)].join("\n");
}

function marked(text, numbers) {
  return [text, ...numbers.map((number) => `[${number}]`)].join(" ");
}

function dayOf({ told, first, planned }, words) {
  const day = told || words.day(first);
  return planned ? words.tell("{day} (planned)", { day }) : day;
}

function about(citation, words) {
  const place = webAddress(citation.url)?.href ?? `article ${citation.article_id}, version ${citation.version}`;
  return [citation.author, citation.outlet, `“${titleOf(citation)}”`, published(citation, words), place].filter(Boolean).join(", ");
}

function reference(citation, day, words) {
  return `[${citation.number}] ${day ? `${day} – ` : ""}${about(citation, words)}\n    ${inMarks(citation.quote)}`;
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
