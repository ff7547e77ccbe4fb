import { archiveAddress } from "./address.js";
import { datedLine, titleOf } from "./citations.js";
import { button, choice, count, element, labelled } from "./dom.js";
import { facetLists } from "./facets.js";
import { holdingsChart } from "./holdings.js";
import { getJson, problemText, request } from "./requests.js";

const DAYS = [
  ["since", "Published since"],
  ["until", "Published until"],
];
const TEXTS = [
  ["author", "Written by"],
  ["language", "Language, such as en"],
];
const SORTS = [
  ["", "As they were added"],
  ["newest", "Newest first"],
  ["oldest", "Oldest first"],
  ["mentions", "Most mentions first"],
];

/** The archive to look through: by words and facets, sorted, to open, take along and remove from. */
export class ArchiveView {
  #openArticle;
  #confirm;
  #mayEdit;
  #changed;
  #view;
  #chart = element("div", {});
  #form = element("form", { class: "filters", role: "search", "aria-label": "Which articles" });
  #facets = element("div", {});
  #head = element("p", { class: "found" });
  #list = element("ol", { class: "articles" });
  #more = element("div", {});
  #told = element("p", { class: "empty", role: "status" });
  #request = new AbortController();

  /** `confirm` asks before an article is removed, `mayEdit()` says whether one may be, `changed()` is called after. */
  constructor(view, { openArticle, confirm, mayEdit, changed }) {
    this.#view = view;
    this.#openArticle = openArticle;
    this.#confirm = confirm;
    this.#mayEdit = mayEdit;
    this.#changed = changed;
    const listed = element("div", {}, this.#head, this.#told, this.#list, this.#more);
    view.append(this.#form, this.#chart, element("div", { class: "shelves" }, this.#facets, listed));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#go(Object.fromEntries(new FormData(this.#form)));
    });
  }

  /** Shows the articles within the limits of an address. */
  async show(query) {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    for (const part of [this.#list, this.#head, this.#facets]) part.replaceChildren();
    try {
      const held = await getJson("/v1/archive/holdings", signal);
      this.#render(held.holdings, query);
      await this.#load(query, null, signal);
      await this.#count(query, signal);
    } catch (problem) {
      if (problem.name !== "AbortError") this.#told.textContent = problemText(problem);
    }
  }

  #render(holdings, query) {
    this.#chart.replaceChildren(holdingsChart(holdings, (limits) => this.#go(limits)) ?? "");
    this.#chart.hidden = [...query.keys()].length > 0;
    const outlets = [...new Set(holdings.map(({ outlet }) => outlet).filter(Boolean))];
    const words = given("q", "search", query);
    words.placeholder = "All articles";
    const fields = [
      element("div", { class: "words" }, labelled("Words they mention; “side by side” in quotation marks", words)),
      labelled("Outlet", choice("outlet", [["", "All outlets"], ...outlets.map((name) => [name, name])], query.get("outlet") ?? "")),
      ...DAYS.map(([name, label]) => labelled(label, given(name, "date", query))),
      ...TEXTS.map(([name, label]) => labelled(label, given(name, "text", query))),
      labelled("Sorted", choice("sort", SORTS, query.get("sort") ?? "")),
    ];
    const clear = [...query.keys()].length ? element("a", { href: archiveAddress() }, "All articles") : null;
    this.#form.replaceChildren(...fields, element("div", { class: "send" }, element("button", {}, "Show"), clear));
  }

  async #load(query, cursor, signal) {
    this.#more.replaceChildren();
    const limits = new URLSearchParams([...query, ...(cursor ? [["cursor", cursor]] : [])]);
    const page = await getJson(`/v1/articles?${limits}`, signal);
    this.#list.append(...page.articles.map((article) => this.#item(article)));
    this.#told.textContent = this.#list.childElementCount ? "" : "The archive holds no such article.";
    if (!page.next_cursor) return;
    const next = () => this.#load(query, page.next_cursor, signal).catch((problem) => (this.#told.textContent = problemText(problem)));
    this.#more.append(button({}, next, "Show more"));
  }

  /** How many there are, and by what they differ: it comes after the list, for a large archive takes a while. */
  async #count(query, signal) {
    const counted = await getJson(`/v1/archive/facets?${query}`, signal);
    const table = new URLSearchParams([...query, ["format", "csv"]]);
    const take = counted.articles ? [" · ", element("a", { href: `/v1/articles?${table}`, download: "articles.csv" }, "Download as CSV")] : null;
    this.#head.replaceChildren(count(counted.articles, "article"), ...(take ?? []));
    const lists = facetLists(counted, (limits) => archiveAddress({ ...Object.fromEntries(query), ...limits }));
    this.#facets.replaceChildren(lists ?? "");
  }

  #item(article) {
    const source = { ...article, article_id: article.id, published_origin: article.origins.published };
    const open = (opener) => this.#openArticle(source, opener);
    const node = element(
      "li",
      {},
      button({ class: "title", dir: "auto", lang: article.language, "aria-haspopup": "dialog" }, open, titleOf(article)),
      element(
        "span",
        { class: "byline" },
        element("b", {}, element("bdi", {}, article.outlet ?? "Unknown outlet")),
        " · ",
        article.author ? [element("bdi", {}, article.author), " · "] : null,
        datedLine(source),
      ),
      this.#mayEdit()
        ? button({ class: "quiet", "aria-label": `Remove “${titleOf(article)}”`, "aria-haspopup": "dialog" }, () => this.#remove(article, node), "Remove")
        : null,
    );
    return node;
  }

  async #remove(article, node) {
    const asked = `Remove “${titleOf(article)}” with all its versions? Answers that quoted it keep their quotes.`;
    if (!(await this.#confirm(asked, "Remove"))) return;
    try {
      await request(`/v1/articles/${encodeURIComponent(article.id)}`, { method: "DELETE" });
      node.remove();
      this.#changed();
      this.#view.querySelector("h2").focus();
    } catch (problem) {
      this.#told.textContent = problemText(problem);
    }
  }

  #go(limits) {
    location.hash = archiveAddress(limits);
  }
}

function given(name, type, query) {
  const input = element("input", { type, name, dir: "auto", autocomplete: "off", maxlength: type === "date" ? null : "200" });
  input.value = query.get(name) ?? "";
  return input;
}
