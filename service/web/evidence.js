import { dateSpan, isoDay, longDate, monthYear } from "./dates.js";
import { button, count, element } from "./dom.js";
import { alsoPrintedBy, datedLine, mark, marks, published, quotation, titleOf, webAddress } from "./citations.js";
import { limitsInWords } from "./plan.js";

const SHOWN = 3; // quotes before "more"

/** Each quote once, the most direct first; those past the first few are folded. */
export function sourceList(citations, open) {
  const items = citations.map((citation) => sourceItem(citation, open));
  const more = items.splice(SHOWN);
  return element(
    "section",
    { class: "evidence", "aria-label": "Evidence" },
    element("ol", {}, items),
    more.length
      ? element("details", { class: "more" }, element("summary", {}, `${count(more.length, "more quote")}`), element("ol", {}, more))
      : null,
  );
}

function sourceItem(citation, open) {
  return element(
    "li",
    {},
    mark(citation, open),
    element(
      "div",
      {},
      quotation(citation.quote),
      element(
        "p",
        { class: "byline" },
        element("b", {}, element("bdi", {}, citation.outlet ?? "Unknown outlet")),
        citation.speaker ? [", quoting ", element("bdi", { class: "speaker" }, citation.speaker)] : null,
        " · ",
        datedLine(citation),
        citation.corrected ? [" · ", element("strong", { class: "corrected" }, `corrected since: ${citation.corrected}`)] : null,
      ),
      alsoPrintedBy(citation),
      links(citation),
    ),
  );
}

/** Where the quote stands elsewhere: the live page, scrolled to it, and its permanent place here. */
function links({ live_link: live, permanent_link: permanent }) {
  const address = webAddress(live);
  const here = permanent?.startsWith("/#/") ? permanent : null;
  if (!address && !here) return null;
  return element(
    "p",
    { class: "places" },
    address ? element("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, "Live page") : null,
    here ? element("a", { href: here.slice(1) }, "Permanent link") : null,
  );
}

/** The articles nearest to a question that the archive does not answer, as links. */
export function relatedList(related, open) {
  const items = related.map((passage) =>
    element(
      "li",
      {},
      button({ class: "link", "aria-haspopup": "dialog", dir: "auto" }, (opener) => open(passage, opener), titleOf(passage)),
      element("span", { class: "byline" }, element("b", {}, element("bdi", {}, passage.outlet ?? "Unknown outlet")), " · ", datedLine(passage)),
    ),
  );
  return element(
    "section",
    { class: "related" },
    element("h3", {}, "Nearest, not an answer"),
    element("ul", {}, items),
  );
}

/** Who says what where sources disagree: a row for each side, its value first. */
export function disagreementTable(disagreement, citations, open) {
  const rows = disagreement.positions.map((position) => {
    const cited = position.citations.map((number) => citations.get(number)).filter(Boolean);
    const who = [...new Set(cited.map((one) => `${one.outlet ?? "Unknown outlet"}, ${published(one)}`))].join("; ");
    return [valueOf(position), element("td", { class: "who", dir: "auto" }, who, marks(position.citations, citations, open))];
  });
  return contrast("disagreement", ["Sources disagree: ", element("bdi", {}, disagreement.about)], rows);
}

/** What was said before and what is said now, the newest first. */
export function changeTable(change, citations, open) {
  const rows = change.positions.map((position) => [
    valueOf(position),
    element("td", { class: "when" }, position.day ? longDate(position.day) : "date unknown", marks(position.citations, citations, open)),
  ]);
  return contrast("change", ["Changed over time: ", element("bdi", {}, change.about)], rows);
}

function contrast(kind, heading, rows) {
  return element(
    "section",
    { class: kind },
    element("h3", {}, heading),
    element("table", {}, element("tbody", {}, rows.map((cells) => element("tr", {}, cells)))),
  );
}

function valueOf({ value, text }) {
  return element("th", { scope: "row", class: value ? "value" : "said", dir: "auto" }, value ?? text);
}

/** The events of a timeline, each at its day, in the words of its first report; how many others tell of it. */
export function eventList(events, citations, open) {
  const items = events.map((event) =>
    element(
      "li",
      {},
      element(
        "p",
        { class: "when" },
        element("time", { datetime: isoDay(event.first) }, event.told || eventDay(event)),
        event.planned ? [" ", element("span", { class: "planned" }, "planned")] : null,
      ),
      element("div", { class: "what" }, quotation(event.text), reportLine(event.citations, citations, open)),
    ),
  );
  return element("section", { class: "events", "aria-label": "Timeline" }, element("ol", {}, items));
}

function reportLine(numbers, citations, open) {
  const first = citations.get(numbers[0]);
  const more = numbers.length - 1;
  return element(
    "p",
    { class: "byline" },
    first ? [element("b", {}, element("bdi", {}, first.outlet ?? "Unknown outlet")), " · ", datedLine(first)] : null,
    more > 0 ? ` · ${count(more, "more report")}` : null,
    marks(numbers, citations, open),
  );
}

function eventDay({ first, last, precision }) {
  if (precision === "year") return first.slice(0, 4);
  if (precision === "month") return monthYear(first);
  return precision === "span" ? dateSpan(first, last) : longDate(first);
}

/** Rows that the catalogue counted or listed; a row of an article opens it by its title. */
export function catalogueTable({ columns, rows, articles }, open) {
  const named = Math.max(columns.indexOf("title"), 0);
  const body = rows.map((cells, at) => {
    const id = articles?.[at];
    const opens = (title) => button({ class: "link", dir: "auto", "aria-haspopup": "dialog" }, (opener) => open({ article_id: id }, opener), title);
    const head = (title) => element("th", { scope: "row", dir: "auto" }, id ? opens(title) : title);
    return element("tr", {}, cells.map((cell, column) => (column === named ? head(cell) : element("td", { dir: "auto", "data-column": columns[column] }, cell))));
  });
  const heads = columns.map((column) => element("th", { scope: "col" }, column));
  return element("table", { class: "catalogue" }, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, body));
}

/** Everything that was searched, as a refusal owes it to its reader. */
export function searchedTable(searched, plan = {}) {
  const rows = [
    ["Looked for", plan.search_words || plan.standalone_question],
    ["Articles", `${count(searched.articles, "article")} in ${count(searched.passages, "passage")}`],
    ["Outlets", searched.outlets?.join(", ") || "none"],
    ["Published", dateSpan(searched.oldest, searched.newest) ?? "no date known"],
    // The outlets above are those that were searched, whether or not the question was limited to them.
    ["Limits", limitsInWords({ ...plan, since: searched.since, until: searched.until }).join("; ") || "none"],
  ].filter(([, value]) => value);
  return element(
    "section",
    { class: "searched" },
    element("h3", {}, "What was searched"),
    element("dl", {}, rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", { dir: "auto" }, value)])),
  );
}

/** What was searched, in a line. */
export function searchedLine({ articles, passages, oldest, newest }) {
  const span = dateSpan(oldest, newest);
  return `Searched ${count(articles, "article")} (${count(passages, "passage")})${span ? `, ${span}` : ""}`;
}

/** "Read 6 passages from 4 articles", and of which outlets. */
export function readLine({ sources, passages }) {
  if (!sources.length) return "Found no passage to read";
  const outlets = [...new Set(sources.map((source) => source.outlet).filter(Boolean))];
  const read = `Read ${count(passages, "passage")} from ${count(articlesIn(sources), "article")}`;
  return outlets.length ? `${read}: ${outlets.join(", ")}` : read;
}

function articlesIn(sources) {
  return new Set(sources.map((source) => source.article_id)).size;
}
