import { archiveAddress } from "./address.js";
import { datedLine, titleOf } from "./citations.js";
import { button, choice, element, labelled } from "./dom.js";
import { holdingsChart } from "./holdings.js";
import { getJson, problemText } from "./requests.js";

const DAYS = [
  ["since", "Published since"],
  ["until", "Published until"],
];
const TEXTS = [
  ["author", "Written by"],
  ["language", "Language, such as en"],
];

/** What the archive holds: a chart by outlet and month, and its articles, a page at a time. */
export class ArchiveView {
  #openArticle;
  #chart = element("div", {});
  #form = element("form", { class: "filters", "aria-label": "Which articles" });
  #list = element("ol", { class: "articles" });
  #more = element("div", {});
  #told = element("p", { class: "empty", role: "status" });
  #request = new AbortController();

  constructor(view, openArticle) {
    this.#openArticle = openArticle;
    view.append(this.#chart, this.#form, this.#told, this.#list, this.#more);
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
    this.#list.replaceChildren();
    try {
      const held = await getJson("/v1/archive/holdings", signal);
      this.#render(held.holdings, query);
      await this.#load(query, null, signal);
    } catch (problem) {
      if (problem.name !== "AbortError") this.#told.textContent = problemText(problem);
    }
  }

  #render(holdings, query) {
    this.#chart.replaceChildren(holdingsChart(holdings, (limits) => this.#go(limits)) ?? "");
    const outlets = [...new Set(holdings.map(({ outlet }) => outlet).filter(Boolean))];
    const fields = [
      labelled("Outlet", choice("outlet", [["", "All outlets"], ...outlets.map((name) => [name, name])], query.get("outlet") ?? "")),
      ...DAYS.map(([name, label]) => labelled(label, given(name, "date", query))),
      ...TEXTS.map(([name, label]) => labelled(label, given(name, "text", query))),
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

  #item(article) {
    const source = { ...article, article_id: article.id, published_origin: article.origins.published };
    const open = (opener) => this.#openArticle(source, opener);
    return element(
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
    );
  }

  #go(limits) {
    location.hash = archiveAddress(limits);
  }
}

function given(name, type, query) {
  const input = element("input", { type, name, dir: "auto", autocomplete: "off", maxlength: type === "text" ? "200" : null });
  input.value = query.get(name) ?? "";
  return input;
}
