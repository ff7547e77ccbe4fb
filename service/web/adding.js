import { button, count, element, labelled } from "./dom.js";
import { getJson, postJson, problemText, request } from "./requests.js";

const PATH = "/v1/articles";

/** The dialog that adds articles: from files, or from the page at an address. */
export class AddDialog {
  #dialog;
  #openArticle;
  #added;
  #results = element("ul", { class: "results", "aria-live": "polite" });
  #working = new AbortController();

  /** `added()` is called whenever the archive has changed. */
  constructor(dialog, { openArticle, added }) {
    this.#dialog = dialog;
    this.#openArticle = openArticle;
    this.#added = added;
    dialog.append(
      element("div", { class: "dialog-head" }, element("h2", { id: "add-title" }, "Add articles"), button({ class: "quiet" }, () => dialog.close(), "Close")),
      this.#fileForm(),
      this.#addressForm(),
      this.#results,
    );
    dialog.addEventListener("close", () => this.#working.abort());
  }

  /** Opens it, with nothing told of what was added before, and adds the files that were dropped. */
  open(files = []) {
    if (!this.#dialog.open) {
      this.#working = new AbortController();
      this.#results.replaceChildren();
      this.#dialog.showModal();
    }
    return this.#addFiles(files);
  }

  async #addFiles(files) {
    for (const file of files) await this.#add(file.name, () => this.#sendFile(file));
  }

  #fileForm() {
    const files = element("input", { type: "file", name: "files", multiple: "", required: "" });
    const note = element("p", { class: "hint" }, "Pages, PDF, text, Markdown, JSON, feeds, WARC, or a ZIP of them; 20 MB each at most. They can be dropped anywhere on the page, too.");
    return this.#form("Add the files", [labelled("Files", files), note], async () => {
      const chosen = [...files.files];
      files.value = "";
      await this.#addFiles(chosen);
    });
  }

  #addressForm() {
    const address = element("input", { type: "url", name: "url", required: "", placeholder: "https://", maxlength: "2000" });
    return this.#form("Add the page", [labelled("Address of a page or a feed", address)], () => {
      const url = address.value.trim();
      return this.#add(url, () => postJson(PATH, { url }, this.#working.signal)).then((done) => {
        if (done) address.value = "";
      });
    });
  }

  #form(label, fields, send) {
    const submit = element("button", { class: "primary" }, label);
    const form = element("form", { class: "stacked" }, fields, submit);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      await send();
      submit.disabled = false;
    });
    return form;
  }

  async #sendFile(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    const response = await request(PATH, { method: "POST", body, signal: this.#working.signal });
    return response.json();
  }

  /** Tells of one file or address while it is read and when it is in; resolves to whether that worked. */
  async #add(name, send) {
    const told = element("div", {}, "Reading…");
    const line = element("li", {}, element("b", { dir: "auto" }, name), told);
    this.#results.prepend(line);
    try {
      told.replaceChildren(...(await this.#receipt(await send())));
      this.#added();
      return true;
    } catch (problem) {
      if (problem.name === "AbortError") return false;
      line.classList.add("problem");
      told.replaceChildren(element("p", { role: "alert" }, problemText(problem)));
      return false;
    }
  }

  async #receipt({ added, updated, unchanged, articles, skipped_articles: skipped }) {
    const outcome = [
      added ? `${count(added, "article")} added` : null,
      updated ? `${updated} updated` : null,
      unchanged ? `${unchanged} here already` : null,
    ].filter(Boolean);
    const one = articles.length === 1 ? await this.#opener(articles[0].id) : null;
    const reasons = skipped.map(({ source, reason }) => element("li", { dir: "auto" }, `${source}: ${reason}`));
    return [
      element("p", {}, outcome.join(", ") || "Nothing was added"),
      one,
      reasons.length ? element("p", {}, `${count(reasons.length, "part")} left out:`) : null,
      reasons.length ? element("ul", {}, reasons) : null,
    ].filter(Boolean);
  }

  async #opener(id) {
    const article = await getJson(`${PATH}/${encodeURIComponent(id)}`);
    const open = () => {
      this.#dialog.close();
      this.#openArticle({ ...article, article_id: article.id }, null);
    };
    return button({ class: "quiet", dir: "auto" }, open, article.title ?? "Read it");
  }
}
