import { conversationAddress } from "./address.js";
import { longDate } from "./dates.js";
import { button, count, element } from "./dom.js";
import { getJson, problemText, request } from "./requests.js";

/** The conversations that are kept, that with the newest answer first: to open, and to delete. */
export class History {
  #view;
  #confirm;
  #list = element("ol", { class: "talks" });
  #more = element("div", {});
  #told = element("p", { class: "empty", role: "status" });

  /** `confirm(question, action)` asks the reader first, and resolves to whether to go on. */
  constructor(view, confirm) {
    this.#view = view;
    this.#confirm = confirm;
    view.append(this.#told, this.#list, this.#more);
  }

  /** Lists them anew. */
  async show() {
    this.#list.replaceChildren();
    await this.#load(null);
  }

  async #load(cursor) {
    this.#more.replaceChildren();
    try {
      const page = await getJson(`/v1/conversations${cursor ? `?cursor=${cursor}` : ""}`);
      this.#list.append(...page.conversations.map((talk) => this.#item(talk)));
      this.#tell();
      if (page.next_cursor) this.#more.append(button({}, () => this.#load(page.next_cursor), "Show older ones"));
    } catch (problem) {
      this.#told.textContent = problemText(problem);
    }
  }

  #item(talk) {
    const node = element(
      "li",
      {},
      element("a", { href: conversationAddress(talk.id), dir: "auto" }, talk.question),
      element("span", { class: "byline" }, `${count(talk.answers, "answer")} · ${longDate(talk.last_asked)}`),
      button({ class: "quiet", "aria-label": `Delete the conversation “${talk.question}”` }, () => this.#delete(talk, node), "Delete"),
    );
    return node;
  }

  async #delete(talk, node) {
    const asked = `Delete this conversation with its ${count(talk.answers, "answer")}? Links to it will stop working.`;
    if (!(await this.#confirm(asked, "Delete"))) return;
    try {
      await request(`/v1/conversations/${encodeURIComponent(talk.id)}`, { method: "DELETE" });
      node.remove();
      this.#tell();
      this.#view.querySelector("h2").focus();
    } catch (problem) {
      this.#told.textContent = problemText(problem);
    }
  }

  #tell() {
    this.#told.textContent = this.#list.childElementCount ? "" : "Nothing has been asked yet.";
  }
}
