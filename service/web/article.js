import { copiesOf } from "./copying.js";
import { longDate } from "./dates.js";
import { button, element } from "./dom.js";
import { alsoPrintedBy, datedLine, originalLink, quotation, titleOf } from "./citations.js";
import { getJson, problemText } from "./requests.js";
import { articleText } from "./zones.js";

// Beside the answer where there is room, over it where there is not. style.css has the same width.
const BESIDE = window.matchMedia("(min-width: 62rem)");

/** The panel that shows a cited article with the quote in its place. */
export class ArticlePanel {
  #announce;
  #dialog;
  #opener = null;
  #articles = new Map();
  #request = new AbortController();

  constructor(dialog, announce) {
    this.#dialog = dialog;
    this.#announce = announce;
    dialog.addEventListener("close", () => this.#closed());
    document.addEventListener("keydown", (event) => {
      // A modal dialog closes by itself, and what lies under it stays.
      if (event.key === "Escape" && !document.querySelector("dialog:modal")) dialog.close();
    });
    BESIDE.addEventListener("change", () => this.#reopen());
  }

  /**
   * Shows the article of a citation, or one that nothing quotes; without a version, the newest.
   * Focus comes back to `opener` when the panel closes.
   */
  async open(citation, opener) {
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.#setOpener(opener);
    this.#render(citation, citation, { notes: [note("Opening the article…")] });
    this.#show();
    const article = await this.#article(citation, signal).catch((error) => error);
    if (signal.aborted) return;
    if (article instanceof Error) this.#renderFailure(citation, article);
    else this.#renderArticle(citation, article);
  }

  close() {
    this.#dialog.close();
  }

  async #article({ article_id: id, version }, signal) {
    const newest = `/v1/articles/${encodeURIComponent(id)}`;
    if (!version) return getJson(newest, signal);
    const path = `${newest}/versions/${encodeURIComponent(version)}`;
    // A version never changes, so one fetch is enough.
    if (!this.#articles.has(path)) this.#articles.set(path, await getJson(path, signal));
    return this.#articles.get(path);
  }

  #renderArticle(citation, article) {
    const { nodes, found } = articleText(article, citation);
    const text = element("div", { class: "text", lang: article.language }, nodes);
    const notes = [
      article.latest_version > article.version
        ? note(`This is version ${article.version}${citation.quote ? ", the one that was quoted" : ""}. The article has changed since; version ${article.latest_version} is the newest.`)
        : null,
      found || !citation.quote ? null : note("The quote does not stand at the cited place in this version of the article."),
    ];
    this.#render(citation, article, { notes, content: text, hasQuote: found });
    this.#toQuote();
  }

  #renderFailure(citation, error) {
    const below = citation.quote ? " Below is the quote as it was cited." : "";
    this.#render(citation, citation, {
      notes: [note(`The article could not be opened. ${problemText(error)}.${below}`)],
      content: citation.quote ? quotation(citation.quote) : null,
    });
  }

  #render(citation, article, { notes, content = null, hasQuote = false }) {
    const hadFocus = this.#dialog.open && this.#dialog.contains(document.activeElement);
    this.#dialog.replaceChildren(
      this.#head(citation, article, notes, hasQuote),
      element("div", { class: "article-body", tabindex: "0", role: "region", "aria-label": "Text of the article" }, content),
    );
    if (hadFocus) this.#focus();
  }

  #head(citation, article, notes, hasQuote) {
    const origin = article.origins?.published ?? citation.published_origin;
    const copies = copiesOf(citation, this.#announce);
    return element(
      "div",
      { class: "article-head" },
      element("p", { class: "kicker", dir: "auto" }, article.outlet ?? "Unknown outlet"),
      button({ class: "close", "aria-label": "Close the article" }, () => this.close(), "Close"),
      element("h2", { id: "article-title", tabindex: "-1", dir: "auto", lang: article.language }, titleOf(article)),
      element(
        "p",
        { class: "facts" },
        article.author ? ["By ", element("bdi", {}, article.author), " · "] : null,
        datedLine({ published: article.published, published_until: article.published_last, published_origin: origin }),
        article.updated && article.updated !== article.published ? ` · updated ${longDate(article.updated)}` : null,
      ),
      alsoPrintedBy({ also_printed_by: citation.also_printed_by?.length ? citation.also_printed_by : article.copies }),
      element(
        "p",
        { class: "tools" },
        hasQuote ? button({ class: "quiet" }, () => this.#toQuote(), "Show the quote") : null,
        originalLink(article.url),
      ),
      copies.length ? element("p", { class: "tools" }, copies) : null,
      notes,
    );
  }

  #show() {
    if (!this.#dialog.open) {
      if (BESIDE.matches) this.#dialog.show();
      else this.#dialog.showModal();
    }
    this.#focus();
  }

  #focus() {
    this.#dialog.querySelector("#article-title").focus({ preventScroll: true });
  }

  #toQuote() {
    this.#dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  #reopen() {
    if (!this.#dialog.open) return;
    this.#dialog.close();
    this.#show();
  }

  #closed() {
    // `close` comes late: by now a change of width may have opened the panel again.
    if (this.#dialog.open) return;
    this.#request.abort();
    const opener = this.#opener;
    this.#setOpener(null);
    // And whoever was quick may have gone elsewhere, as to the question, which must not be undone.
    const now = document.activeElement;
    if (now !== document.body && now !== opener && !this.#dialog.contains(now)) return;
    if (opener?.isConnected) opener.focus();
    else document.querySelector("#question").focus();
  }

  #setOpener(opener) {
    this.#opener?.removeAttribute("aria-current");
    opener?.setAttribute("aria-current", "true");
    this.#opener = opener;
  }
}

function note(text) {
  return element("p", { class: "note", role: "note" }, text);
}
