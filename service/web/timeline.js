import { published, titleOf } from "./citations.js";
import { button, count, element, placed } from "./dom.js";

const GAP = 0.075; // of the strip's width: a dot is 24 px, the narrowest strip some 340
const MOST_TICKS = 6;
const DAY = 24 * 60 * 60 * 1000;

/**
 * The articles behind an answer on a strip of time: cited ones bear their number, those read and not
 * cited are rings. Null where fewer than two days are known, for then there is no time to show.
 */
export function timelineStrip(sources, citations, open, words) {
  const articles = articlesOf(sources, citations);
  const dated = articles.filter((one) => dayOf(one) !== null).sort((a, b) => dayOf(a) - dayOf(b));
  if (new Set(dated.map(dayOf)).size < 2) return null;
  const [first, last] = [dayOf(dated[0]), dayOf(dated.at(-1))];
  const dots = leveled(dated.map((one) => ({ one, at: (dayOf(one) - first) / (last - first) })));
  const levels = Math.max(...dots.map(({ level }) => level)) + 1;
  const items = dots.map(({ one, at, level }) => placed(element("li", {}, dot(one, open)), { at, level }));
  return element(
    "section",
    { class: "timeline" },
    element("h3", { dir: "auto" }, words.tell("When it was reported")),
    placed(element("ol", { class: "strip" }, items), { levels }),
    element("div", { class: "ticks", "aria-hidden": "true" }, ticks(first, last)),
    element("p", { class: "legend" }, legend(dated, articles.length - dated.length, words)),
  );
}

function articlesOf(sources, citations) {
  const articles = new Map();
  const at = ({ article_id: id, version }) => `${id}/${version}`;
  for (const citation of citations) {
    const known = articles.get(at(citation)) ?? { ...citation, numbers: [] };
    known.numbers.push(citation.number);
    articles.set(at(citation), known);
  }
  for (const source of sources) if (!articles.has(at(source))) articles.set(at(source), { ...source, numbers: [] });
  return [...articles.values()];
}

function dot(one, open) {
  const cited = one.numbers.length > 0;
  const numbers = one.numbers.map((number) => `[${number}] `).join("");
  const label = `${numbers}${published(one)}, ${one.outlet ?? "unknown outlet"}: ${titleOf(one)}${cited ? "" : " (read, not cited)"}`;
  return button(
    { class: cited ? "dot cited" : "dot", "aria-label": label, title: label, "aria-haspopup": "dialog" },
    (opener) => open(one, opener),
    cited ? `${one.numbers[0]}` : null,
  );
}

/** Dots in order of time, each on the lowest level where it touches none before it. */
function leveled(dots) {
  const ends = [];
  return dots.map(({ one, at }) => {
    const free = ends.findIndex((end) => at >= end);
    const level = free === -1 ? ends.length : free;
    ends[level] = at + GAP;
    return { one, at, level };
  });
}

function ticks(first, last) {
  const marks = calendar(first, last);
  const step = Math.ceil(marks.length / MOST_TICKS);
  return marks
    .filter((_, index) => index % step === 0)
    .map(({ time, label }) => placed(element("span", {}, label), { at: (time - first) / (last - first) }));
}

/** The beginnings of years within a stretch of time, or of months where it is short. */
function calendar(first, last) {
  const years = last - first > 500 * DAY;
  const marks = [];
  const [from, to] = [new Date(first), new Date(last)];
  for (let year = from.getUTCFullYear(); year <= to.getUTCFullYear(); year += 1) {
    for (let month = 0; month < (years ? 1 : 12); month += 1) {
      const time = Date.UTC(year, month);
      const label = new Date(time).toLocaleDateString("en-GB", { timeZone: "UTC", year: "numeric", month: years ? undefined : "short" });
      if (time > first && time < last) marks.push({ time, label });
    }
  }
  return marks;
}

function legend(dated, undated, words) {
  const cited = dated.filter((one) => one.numbers.length).length;
  return [
    words.span(dated[0].published, dated.at(-1).published),
    cited ? `${count(cited, "article")} cited` : null,
    dated.length > cited ? `${dated.length - cited} read and not cited` : null,
    undated ? `${undated} of unknown date not shown` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

function dayOf({ published: iso }) {
  const time = Date.parse(iso ?? "");
  return Number.isNaN(time) ? null : time;
}
