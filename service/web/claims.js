import { element } from "./dom.js";
import { marks } from "./citations.js";

const UNPROVED = " [unproved]"; // how plain text marks what the page marks by a label

/** One sentence of an answer with its marks; words that stand in a cited quote are set apart as verbatim. */
export function claimElement(claim, citations, open) {
  const { body, numbers } = splitMarks(claim.text, claim.citations);
  const quotes = claim.citations.map((number) => citations.get(number)?.quote).filter(Boolean);
  const pieces = splitQuotes(body, quotes);
  const proof = [marks(numbers, citations, open), ...(claim.support === "unsupported" ? [" ", warning()] : [])];
  const node = element("p", { class: "claim", dir: "auto" });
  node.append(...pieces.map(pieceNode), ...proof);
  return node;
}

/** Takes the marks at the end off a claim's text: `[n]` that are citations, which get one each, and `[unproved]`. */
export function splitMarks(text, cited) {
  let body = text.trimEnd();
  if (body.endsWith(UNPROVED)) body = body.slice(0, -UNPROVED.length);
  let stop = "";
  const found = [];
  for (;;) {
    const match = /\[(\d+)\]([.!?]?)$/.exec(body);
    if (!match || !cited.includes(Number(match[1]))) break;
    found.unshift(Number(match[1]));
    stop ||= match[2];
    body = body.slice(0, match.index).trimEnd();
  }
  const unmarked = cited.filter((number) => !found.includes(number));
  return { body: body + stop, numbers: [...found, ...unmarked] };
}

/** Cuts a text into `{text, verbatim}` pieces at the first place of each quote, with its quotation marks. */
export function splitQuotes(text, quotes) {
  const places = quotes
    .map((quote) => explained(quote).exec(text))
    .filter(Boolean)
    .map((found) => withQuotationMarks(text, found.index, found.index + found[0].length))
    .sort(([a], [b]) => a - b);
  const pieces = [];
  let at = 0;
  for (const [start, end] of places) {
    if (start < at) continue;
    pieces.push({ text: text.slice(at, start), verbatim: false }, { text: text.slice(start, end), verbatim: true });
    at = end;
  }
  pieces.push({ text: text.slice(at), verbatim: false });
  return pieces.filter((piece) => piece.text !== "");
}

/** A quote as it may stand in a claim: after a word, in brackets, whom that word means. */
function explained(quote) {
  const words = quote.split(" ").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(words.join("(?: \\[[^\\[\\]]+\\])? "));
}

function withQuotationMarks(text, start, end) {
  const opens = /[“"«„]/.test(text[start - 1] ?? "");
  const closes = /[”"»“]/.test(text[end] ?? "");
  return [opens ? start - 1 : start, closes ? end + 1 : end];
}

function pieceNode(piece) {
  return piece.verbatim ? element("bdi", { class: "verbatim" }, piece.text) : piece.text;
}

function warning() {
  return element("strong", { class: "unproved" }, "Not proved by the cited text");
}
