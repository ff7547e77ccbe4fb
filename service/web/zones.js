import { element } from "./dom.js";

const EVIDENCE = ["reporting", "caption"];
const NOT_EVIDENCE_LABELS = {
  comment: "Reader comments – not evidence",
  notice: "Notice on this article – not evidence",
  question: "An interviewer’s question – read, never quoted",
  navigation: "Navigation – not evidence",
  legal: "Legal notice – not evidence",
};

/**
 * An article's text as nodes, with `quote` marked.
 *
 * Offsets count code points while JavaScript's strings count UTF-16 units, so the text is cut as an
 * array of code points. `found` says whether the quote really stands where the citation says.
 */
export function articleText(article, quote) {
  const points = Array.from(article.text);
  // A permanent link names the place alone.
  const found = quote.quote === undefined ? quote.end > quote.start : points.slice(quote.start, quote.end).join("") === quote.quote;
  const highlight = found ? quote : { start: 0, end: 0 };
  const nodes = stretches(points, article.zones ?? []).map((stretch) => stretchNode(points, stretch, highlight));
  return { nodes, found };
}

/** The whole text as `{start, end, kind}`: neighbours of one kind joined, and reporting where no zone says otherwise. */
export function stretches(points, zones) {
  const joined = [];
  for (const zone of covering(points, zones)) {
    const last = joined.at(-1);
    if (last?.kind === zone.kind) last.end = zone.end;
    else joined.push({ ...zone });
  }
  return joined;
}

function covering(points, zones) {
  const covered = [];
  let at = 0;
  const cover = (start, end, kind) => {
    if (hasWords(points, start, end)) covered.push({ start, end, kind });
    at = Math.max(at, end);
  };
  for (const zone of zones.toSorted((a, b) => a.start - b.start)) {
    cover(at, zone.start, "reporting");
    cover(Math.max(at, zone.start), zone.end, zone.kind);
  }
  cover(at, points.length, "reporting");
  return covered;
}

function stretchNode(points, stretch, highlight) {
  const paragraphs = paragraphSpans(points, stretch).map((span) =>
    element("p", { dir: "auto" }, highlighted(points, span, highlight)),
  );
  if (EVIDENCE.includes(stretch.kind)) return element("div", { class: `zone ${stretch.kind}` }, paragraphs);
  const label = NOT_EVIDENCE_LABELS[stretch.kind] ?? `${stretch.kind} – not evidence`;
  // The label is ours and in English, whatever the language of the article around it.
  const summary = element("summary", { lang: "en", dir: "ltr" }, label);
  return element("details", { class: "zone aside" }, summary, paragraphs);
}

function paragraphSpans(points, { start, end }) {
  const spans = [];
  let from = start;
  for (let at = start; at <= end; at += 1) {
    if (at < end && points[at] !== "\n") continue;
    if (hasWords(points, from, at)) spans.push({ start: from, end: at });
    from = at + 1;
  }
  return spans;
}

function highlighted(points, span, { start, end }) {
  const clip = (at) => Math.min(Math.max(at, span.start), span.end);
  const text = (from, to) => points.slice(from, to).join("");
  const marked = text(clip(start), clip(end));
  return [
    text(span.start, clip(start)),
    marked ? element("mark", {}, marked) : null,
    text(clip(end), span.end),
  ];
}

function hasWords(points, start, end) {
  return points.slice(start, end).some((point) => point.trim() !== "");
}
