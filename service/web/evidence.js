import { dateSpan, longDate } from "./dates.js";
import { button, count, element } from "./dom.js";
import { alsoPrintedBy, datedLine, mark, published, quotation, titleOf } from "./citations.js";
import { claimElement } from "./claims.js";

/** The numbered list of an answer's quotes. */
export function sourceList(citations, open) {
  const items = citations.map((citation) =>
    element(
      "li",
      {},
      mark(citation, open),
      element(
        "div",
        {},
        sourceHead(citation),
        citation.speaker ? element("p", { class: "speaker" }, `In the words of ${citation.speaker}`) : null,
        quotation(citation.quote),
        alsoPrintedBy(citation),
      ),
    ),
  );
  return element(
    "section",
    { class: "sources" },
    element("h3", {}, count(citations.length, "quote"), " from ", count(articlesIn(citations), "article")),
    element("ol", {}, items),
  );
}

/** The passages nearest to a question that the archive does not answer. */
export function relatedList(related, open) {
  const items = related.map((passage) =>
    element(
      "li",
      {},
      sourceHead(passage),
      quotation(passage.quote),
      button({ class: "quiet", "aria-haspopup": "dialog" }, (opener) => open(passage, opener), "Read in the article"),
    ),
  );
  return element(
    "section",
    { class: "related" },
    element("h3", {}, "Related, not an answer"),
    element("ul", {}, items),
  );
}

/** Who says what where sources disagree, side by side. */
export function disagreementColumns(disagreement, citations, open) {
  const columns = disagreement.positions.map((position) => {
    const cited = position.citations.map((number) => citations.get(number)).filter(Boolean);
    return element(
      "li",
      {},
      element("p", { class: "who" }, [...new Set(cited.map((citation) => citation.outlet ?? "Unknown outlet"))].join(", ")),
      element("p", { class: "when" }, [...new Set(cited.map(published))].join(", ")),
      claimElement(position, citations, open),
    );
  });
  return element(
    "section",
    { class: "disagreement" },
    element("h3", {}, "Sources disagree: ", element("bdi", {}, disagreement.about)),
    element("ul", {}, columns),
  );
}

/** What was said before and what is said now, the newest first. */
export function changeList(change, citations, open) {
  const items = change.positions.map((position) =>
    element(
      "li",
      {},
      element("p", { class: "when" }, position.day ? longDate(position.day) : "date unknown"),
      claimElement(position, citations, open),
    ),
  );
  return element(
    "section",
    { class: "change" },
    element("h3", {}, "Changed over time: ", element("bdi", {}, change.about)),
    element("ol", {}, items),
  );
}

/** Everything that was searched, as a refusal owes it to its reader. */
export function searchedTable(searched, plan = {}) {
  const rows = [
    ["Articles", `${count(searched.articles, "article")} in ${count(searched.passages, "passage")}`],
    ["Outlets", searched.outlets?.join(", ") || "all"],
    ["Published", dateSpan(searched.oldest, searched.newest) ?? "no date known"],
    ["Limits", limits({ ...plan, ...withoutNulls(searched) }).join("; ") || "none"],
  ];
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

/** How the question was understood, where that says more than the question does; null where not. */
export function planChips(plan, question) {
  const rewritten = plan.standalone_question && plan.standalone_question !== question;
  const chips = [
    rewritten ? `Understood as: ${plan.standalone_question}` : null,
    ...limits(plan),
    plan.outlets?.length ? `outlets: ${plan.outlets.join(", ")}` : null,
    plan.authors?.length ? `by: ${plan.authors.join(", ")}` : null,
    plan.order === "newest" ? "newest first" : null,
    plan.order === "timeline" ? "in the order of events" : null,
  ].filter(Boolean);
  if (!chips.length) return null;
  const items = chips.map((chip) => element("li", { dir: "auto" }, chip));
  return element("ul", { class: "plan", "aria-label": "How the question was understood" }, items);
}

/** "Read 6 passages from 4 articles", and of which outlets. */
export function readLine({ sources, passages }) {
  if (!sources.length) return "Found no passage to read";
  const outlets = [...new Set(sources.map((source) => source.outlet).filter(Boolean))];
  const read = `Read ${count(passages, "passage")} from ${count(articlesIn(sources), "article")}`;
  return outlets.length ? `${read}: ${outlets.join(", ")}` : read;
}

function limits({ since, until, as_of: asOf }) {
  return [
    since ? `since ${longDate(since)}` : null,
    until ? `until ${longDate(until)}` : null,
    asOf ? `as known on ${longDate(asOf)}` : null,
  ].filter(Boolean);
}

function sourceHead(source) {
  return element(
    "p",
    { class: "source-head" },
    element("cite", { dir: "auto" }, titleOf(source)),
    element("span", { class: "byline" }, element("b", {}, element("bdi", {}, source.outlet ?? "Unknown outlet")), " · ", datedLine(source)),
  );
}

function articlesIn(sources) {
  return new Set(sources.map((source) => source.article_id)).size;
}

function withoutNulls(record) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
