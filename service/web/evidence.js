import { isoDay } from "./dates.js";
import { button, element } from "./dom.js";
import { alsoPrintedBy, datedLine, mark, marks, published, quotation, titleOf, webAddress } from "./citations.js";
import { limitsInWords } from "./plan.js";

const SHOWN = 3; // quotes before "more"

/** The stories of an overview: the headline of each, and the sentence that tells it. */
export function storyList(citations, open, words) {
  const items = citations.map((citation) => sourceItem(citation, open, words, titleOf(citation)));
  return element("section", { class: "evidence stories", "aria-label": words.tell("Evidence") }, element("ol", {}, items));
}

/** Each quote once, the most direct first; those past the first few are folded. */
export function sourceList(citations, open, words) {
  const items = citations.map((citation) => sourceItem(citation, open, words));
  const more = items.splice(SHOWN);
  return element(
    "section",
    { class: "evidence", "aria-label": words.tell("Evidence") },
    element("ol", {}, items),
    more.length
      ? element("details", { class: "more" }, element("summary", {}, words.count("{count} more quote", "{count} more quotes", more.length)), element("ol", {}, more))
      : null,
  );
}

function sourceItem(citation, open, words, title = null) {
  const outlet = element("b", {}, element("bdi", {}, citation.outlet ?? words.tell("Unknown outlet")));
  return element(
    "li",
    {},
    mark(citation, open),
    element(
      "div",
      {},
      title ? element("h3", { dir: "auto" }, title) : null,
      quotation(citation.quote),
      element(
        "p",
        { class: "byline" },
        citation.speaker ? quoting(outlet, element("bdi", { class: "speaker" }, citation.speaker), words) : outlet,
        " · ",
        datedLine(citation, words),
        citation.corrected ? [" · ", element("strong", { class: "corrected" }, words.tell("corrected since: {how}", { how: words.tell(citation.corrected) }))] : null,
      ),
      alsoPrintedBy(citation, words),
      links(citation, words),
    ),
  );
}

/** The outlet and whom it quotes, in the order of the language. */
function quoting(outlet, speaker, words) {
  const nodes = { outlet, speaker };
  return words.tell("{outlet}, quoting {speaker}").split(/\{(outlet|speaker)\}/).map((part) => nodes[part] ?? part);
}

/** Where the quote stands elsewhere: the live page, scrolled to it, and its permanent place here. */
function links({ live_link: live, permanent_link: permanent }, words) {
  const address = webAddress(live);
  const here = permanent?.startsWith("/#/") ? permanent : null;
  if (!address && !here) return null;
  return element(
    "p",
    { class: "places" },
    address ? element("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, words.tell("Live page")) : null,
    here ? element("a", { href: here.slice(1) }, words.tell("Permanent link")) : null,
  );
}

/** The articles nearest to a question that the archive does not answer, as links. */
export function relatedList(related, open, words) {
  const items = related.map((passage) =>
    element(
      "li",
      {},
      button({ class: "link", "aria-haspopup": "dialog", dir: "auto" }, (opener) => open(passage, opener), titleOf(passage)),
      element("span", { class: "byline" }, element("b", {}, element("bdi", {}, passage.outlet ?? words.tell("Unknown outlet"))), " · ", datedLine(passage, words)),
    ),
  );
  return element(
    "section",
    { class: "related" },
    element("h3", { dir: "auto" }, words.tell("Nearest, not an answer")),
    element("ul", {}, items),
  );
}

/** Who says what where sources disagree: a row for each side, its value first. */
export function disagreementTable(disagreement, citations, open, words) {
  const rows = disagreement.positions.map((position) => {
    const cited = position.citations.map((number) => citations.get(number)).filter(Boolean);
    const who = [...new Set(cited.map((one) => `${one.outlet ?? words.tell("Unknown outlet")}, ${published(one, words)}`))].join("; ");
    return [valueOf(position), element("td", { class: "who", dir: "auto" }, who, marks(position.citations, citations, open))];
  });
  return contrast("disagreement", headed("Sources disagree about: {about}", disagreement.about, words), rows);
}

/** What was said before and what is said now, the newest first. */
export function changeTable(change, citations, open, words) {
  const rows = change.positions.map((position) => [
    valueOf(position),
    element("td", { class: "when" }, position.day ? words.day(position.day) : words.tell("date unknown"), marks(position.citations, citations, open)),
  ]);
  return contrast("change", headed("Changed over time: {about}", change.about, words), rows);
}

function headed(message, about, words) {
  const [before, after] = words.around(message, "about");
  return [before, element("bdi", {}, about), after];
}

function contrast(kind, heading, rows) {
  return element(
    "section",
    { class: kind },
    element("h3", { dir: "auto" }, heading),
    element("table", {}, element("tbody", {}, rows.map((cells) => element("tr", {}, cells)))),
  );
}

function valueOf({ value, text }) {
  return element("th", { scope: "row", class: value ? "value" : "said", dir: "auto" }, value ?? text);
}

/** The events of a timeline, each at its day, in the words of its first report; how many others tell of it. */
export function eventList(events, citations, open, words) {
  const days = events.map((event) => event.told || eventDay(event, words));
  const items = events.map((event, at) =>
    element(
      "li",
      { class: days[at] === days[at - 1] ? "same-day" : null },
      element(
        "p",
        { class: "when", dir: "auto" },
        element("time", { datetime: isoDay(event.first) }, days[at]),
        event.planned ? [" ", element("span", { class: "planned" }, words.tell("planned"))] : null,
      ),
      element("div", { class: "what" }, quotation(event.text), reportLine(event, citations, open, words)),
    ),
  );
  return element("section", { class: "events", "aria-label": words.tell("Timeline") }, element("ol", {}, items));
}

/** Who tells of an event and when, where that is not its own day; of several reports the first is named. */
function reportLine({ citations: numbers, first: begun, last }, citations, open, words) {
  const first = citations.get(numbers[0]);
  const dated = first && (begun !== last || first.published !== begun) ? [" · ", datedLine(first, words)] : [];
  const more = numbers.length - 1;
  return element(
    "p",
    { class: "byline" },
    first ? [element("b", {}, element("bdi", {}, first.outlet ?? words.tell("Unknown outlet"))), ...dated] : null,
    more > 0 ? ` · ${words.count("{count} more report", "{count} more reports", more)}` : null,
    marks(numbers, citations, open),
  );
}

function eventDay({ first, last, precision }, words) {
  if (precision === "year") return first.slice(0, 4);
  if (precision === "month") return words.month(first);
  return precision === "span" ? words.span(first, last) : words.day(first);
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
export function searchedTable(searched, plan, words) {
  const rows = [
    ["Looked for", plan?.search_words || plan?.standalone_question],
    ["Articles", [articles(searched.articles, words), passages(searched.passages, words)].join(", ")],
    ["Outlets", searched.outlets?.join(", ") || "none"],
    ["Published", words.span(searched.oldest, searched.newest) ?? "no date known"],
    // The outlets above are those that were searched, whether or not the question was limited to them.
    ["Limits", limitsInWords({ ...plan, since: searched.since, until: searched.until }).join("; ") || "none"],
  ].filter(([, value]) => value);
  return element(
    "section",
    { class: "searched" },
    element("h3", { dir: "auto" }, words.tell("What was searched")),
    element("dl", {}, rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", { dir: "auto" }, value)])),
  );
}

/** What was searched, in a line. */
export function searchedLine({ articles: held, passages: read, oldest, newest }, words) {
  const days = oldest && newest ? words.tell(", published {oldest} to {newest}", { oldest: words.day(oldest), newest: words.day(newest) }) : "";
  return words.tell("Searched {articles} ({passages}){outlets}{days}.", { articles: articles(held, words), passages: passages(read, words), outlets: "", days });
}

/** "Read 6 passages from 4 articles", and of which outlets. */
export function readLine({ sources, passages: read }, words) {
  if (!sources.length) return words.tell("Found no passage to read");
  const outlets = [...new Set(sources.map((source) => source.outlet).filter(Boolean))];
  const found = new Set(sources.map((source) => source.article_id)).size;
  const told = words.tell("Read {passages} from {articles}", { passages: passages(read, words), articles: articles(found, words) });
  return outlets.length ? `${told}: ${outlets.join(words.tell(", "))}` : told;
}

function articles(number, words) {
  return words.count("{count} article", "{count} articles", number);
}

function passages(number, words) {
  return words.count("{count} passage", "{count} passages", number);
}
