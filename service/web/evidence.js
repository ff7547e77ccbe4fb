import { dateSpan, longDate } from "./dates.js";
import { button, count, element } from "./dom.js";
import { alsoPrintedBy, datedLine, mark, published, quotation, titleOf } from "./citations.js";
import { claimElement } from "./claims.js";
import { limitsInWords } from "./plan.js";

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
      button({ class: "quiet", "aria-haspopup": "dialog" }, (opener) => open(passage, opener), "Read in the article", unseenTitle(passage)),
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
    const who = [...new Set(cited.map((citation) => citation.outlet ?? "Unknown outlet"))].join(", ");
    const when = [...new Set(cited.map(published))].join(", ");
    return element(
      "li",
      {},
      element("p", { class: "who", dir: "auto" }, who),
      element("p", { class: "when" }, when),
      withoutHead(claimElement(position, citations, open), `${who}, ${when}`),
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

/** A claim whose attribution does not say again what stands above it. */
function withoutHead(claim, head) {
  const attribution = claim.querySelector(".attribution");
  if (!attribution?.textContent.startsWith(head)) return claim;
  const rest = attribution.textContent.slice(head.length).replace(/^[,:\s]+/, "");
  if (rest) attribution.textContent = rest;
  else attribution.remove();
  return claim;
}

/** Tells buttons of one label apart for those who hear them. */
function unseenTitle(source) {
  return element("span", { class: "unseen" }, ` “${titleOf(source)}”`);
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
