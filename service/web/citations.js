import { button, element } from "./dom.js";
import { ENGLISH } from "./words.js";

const ORIGIN_NOTES = {
  text: ["read in the text", "This date was read from the words of the article, not given with it."],
  inferred: ["inferred", "This date stands nowhere; it was concluded from other dates."],
  unknown: ["origin unknown", "Where this date comes from is not known."],
};

/** A numbered mark that opens the article at the quote. */
export function mark(citation, open) {
  const label = `Source [${citation.number}], ${[citation.outlet, published(citation)].filter(Boolean).join(", ")}`;
  return button(
    { class: "mark", "aria-label": label, "aria-haspopup": "dialog", title: `${label}: “${citation.quote}”` },
    (opener) => open(citation, opener),
    `[${citation.number}]`,
  );
}

/** The marks for some numbers; a number whose citation has not come stays plain text. */
export function marks(numbers, citations, open) {
  const parts = numbers.flatMap((number) => {
    const citation = citations.get(number);
    return [" ", citation ? mark(citation, open) : `[${number}]`];
  });
  return element("span", { class: "marks" }, parts);
}

/** The published date in words; "date unknown" where there is none. */
export function published({ published: iso, published_until: until }, words = ENGLISH) {
  return words.span(iso, iso && until) ?? words.tell("date unknown");
}

/** A published date with where it was found, where that is not certain, and its age. */
export function datedLine(source, words = ENGLISH) {
  const old = words.age(source.published);
  const [note, explanation] = source.published ? (ORIGIN_NOTES[source.published_origin] ?? []) : [];
  return element(
    "span",
    { class: "dated" },
    source.published ? element("time", { datetime: source.published }, published(source, words)) : published(source, words),
    note ? [" ", element("span", { class: "origin", title: explanation }, words.tell(note))] : null,
    old ? [" · ", element("span", { class: "age" }, old)] : null,
  );
}

/** "also printed by A, B", or null. */
export function alsoPrintedBy({ also_printed_by: others }, words = ENGLISH) {
  if (!others?.length) return null;
  const names = others.map((other) => (typeof other === "string" ? other : (other.outlet ?? other.title)));
  const listed = names.flatMap((name, at) => [at ? words.tell(", ") : null, element("bdi", {}, name)]);
  const [before, after] = words.around("also printed by {outlets}", "outlets");
  return element("p", { class: "also" }, before, listed, after);
}

/** A link to the original, or null where its address is not plainly http or https. */
export function originalLink(address) {
  const url = webAddress(address);
  if (!url) return null;
  return element(
    "a",
    { class: "original", href: url.href, target: "_blank", rel: "noopener noreferrer" },
    `Original at ${url.hostname}`,
    element("span", { class: "unseen" }, " (opens in a new tab)"),
  );
}

/** The parsed address if a browser may be sent there, else null. */
export function webAddress(address) {
  if (!address || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "http:" || url.protocol === "https:" ? url : null;
}

/** A verbatim quotation, in its own direction of writing. */
export function quotation(quote) {
  return element("blockquote", { dir: "auto" }, inMarks(quote));
}

/** Words in quotation marks; those that open with a mark get no second one. */
export function inMarks(quote) {
  return /^[“"«„‘]/.test(quote) ? quote : `“${quote}”`;
}

/** What to call an article that may have no title. */
export function titleOf(source) {
  return source.title || "Untitled article";
}
