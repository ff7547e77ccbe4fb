import { conversationAddress } from "./address.js";
import { isoDay, timeOf } from "./dates.js";
import { button, count, element, labelled } from "./dom.js";
import { getJson, problemText, request } from "./requests.js";

/** The conversations that are kept, that with the newest answer first: to find, open, rename and delete. */
export class History {
  #view;
  #confirm;
  #words = element("input", { type: "search", name: "q", dir: "auto", maxlength: "200", autocomplete: "off" });
  #list = element("ol", { class: "talks" });
  #more = element("div", {});
  #told = element("p", { class: "empty", role: "status" });
  #request = new AbortController();

  /** `confirm(question, action)` asks the reader first, and resolves to whether to go on. */
  constructor(view, confirm) {
    this.#view = view;
    this.#confirm = confirm;
    const form = element("form", { class: "find", role: "search", "aria-label": "Conversations" }, labelled("Find a conversation", this.#words), element("button", {}, "Find"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.show();
    });
    view.append(form, this.#told, this.#list, this.#more);
  }

  /** Lists them anew. */
  async show() {
    this.#request.abort();
    this.#request = new AbortController();
    this.#list.replaceChildren();
    await this.#load(null, this.#request.signal);
  }

  async #load(cursor, signal) {
    this.#more.replaceChildren();
    try {
      const asked = Object.entries({ q: this.#words.value.trim(), cursor }).filter(([, value]) => value);
      const query = asked.length ? `?${new URLSearchParams(asked)}` : "";
      const page = await getJson(`/v1/conversations${query}`, signal);
      this.#list.append(...page.conversations.map((talk) => this.#item(talk)));
      this.#tell();
      if (page.next_cursor) this.#more.append(button({}, () => this.#load(page.next_cursor, signal), "Show older ones"));
    } catch (problem) {
      if (problem.name !== "AbortError") this.#told.textContent = problemText(problem);
    }
  }

  #item(talk) {
    const name = talk.name || talk.question;
    const node = element(
      "li",
      {},
      element("a", { href: conversationAddress(talk.id), dir: "auto" }, name),
      element("span", { class: "byline" }, `${count(talk.answers, "answer")} · `, element("time", { datetime: isoDay(talk.last_asked) }, timeOf(talk.last_asked))),
      element(
        "div",
        { class: "actions" },
        button({ class: "quiet", "aria-label": `Rename the conversation “${name}”` }, () => this.#rename(talk, node), "Rename"),
        button({ class: "quiet", "aria-label": `Delete the conversation “${name}”` }, () => this.#delete(talk, node), "Delete"),
      ),
    );
    return node;
  }

  /** Puts a field for the name in the place of the line; Escape leaves it as it was. */
  #rename(talk, node) {
    const field = element("input", { type: "text", name: "name", dir: "auto", maxlength: "200", autocomplete: "off", placeholder: talk.question });
    field.value = talk.name || talk.question;
    const back = (shown) => {
      const line = this.#item(shown);
      editing.replaceWith(line);
      line.querySelector("button").focus();
    };
    const form = element(
      "form",
      { class: "find" },
      labelled("Name of the conversation", field),
      element("button", { class: "primary" }, "Save"),
      button({ class: "quiet" }, () => back(talk), "Cancel"),
    );
    form.addEventListener("keydown", (event) => event.key === "Escape" && back(talk));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = field.value.trim();
      try {
        const headers = { "Content-Type": "application/json" };
        await request(this.#path(talk), { method: "PATCH", headers, body: JSON.stringify({ name }) });
        back({ ...talk, name });
      } catch (problem) {
        this.#told.textContent = problemText(problem);
      }
    });
    const editing = element("li", {}, form);
    node.replaceWith(editing);
    field.select();
  }

  async #delete(talk, node) {
    const asked = `Delete this conversation with its ${count(talk.answers, "answer")}? Links to it will stop working.`;
    if (!(await this.#confirm(asked, "Delete"))) return;
    try {
      await request(this.#path(talk), { method: "DELETE" });
      node.remove();
      this.#tell();
      this.#view.querySelector("h2").focus();
    } catch (problem) {
      this.#told.textContent = problemText(problem);
    }
  }

  #path({ id }) {
    return `/v1/conversations/${encodeURIComponent(id)}`;
  }

  #tell() {
    const none = this.#words.value.trim() ? "No conversation holds these words." : "Nothing has been asked yet.";
    this.#told.textContent = this.#list.childElementCount ? "" : none;
  }
}
