import { button, element, labelled } from "./dom.js";
import { postJson, problemText } from "./requests.js";

const NONE = "none";

/** What a reader thinks of an answer: a mark that can be taken back, and words beside it. The last counts. */
export class Feedback {
  #path;
  #announce;
  #rating;
  #comment;
  #up;
  #down;
  #form;
  #told = element("span", { class: "told", role: "status" });

  constructor(answerId, given, announce) {
    this.#path = `/v1/answers/${encodeURIComponent(answerId)}/feedback`;
    this.#announce = announce;
    this.#rating = given?.rating ?? NONE;
    this.#comment = given?.comment ?? "";
    this.#up = button({ class: "quiet" }, () => this.#toggle("up"), "Helpful");
    this.#down = button({ class: "quiet" }, () => this.#toggle("down"), "Not helpful");
    this.#form = this.#commentForm();
    const group = element("div", { class: "rating", role: "group", "aria-label": "What do you think of this answer?" }, this.#up, this.#down);
    this.node = element("div", { class: "feedback" }, group, this.#form, this.#told);
    this.#render();
  }

  #commentForm() {
    const words = element("textarea", { name: "comment", rows: "2", maxlength: "4000", dir: "auto" });
    words.value = this.#comment;
    const form = element("form", { class: "comment" }, labelled("Why? (if you like)", words), element("button", { class: "quiet" }, "Save"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(this.#rating, words.value.trim(), "Comment saved");
    });
    return form;
  }

  #toggle(rating) {
    const next = this.#rating === rating ? NONE : rating;
    return this.#send(next, next === NONE ? "" : this.#comment, next === NONE ? "Taken back" : "Thank you");
  }

  async #send(rating, comment, thanks) {
    try {
      const kept = await postJson(this.#path, { rating, comment });
      [this.#rating, this.#comment] = [kept.rating, kept.comment];
      this.#told.textContent = thanks;
    } catch (problem) {
      this.#told.textContent = problemText(problem);
    }
    this.#announce(this.#told.textContent);
    this.#render();
  }

  #render() {
    this.#up.setAttribute("aria-pressed", this.#rating === "up");
    this.#down.setAttribute("aria-pressed", this.#rating === "down");
    this.#form.hidden = this.#rating === NONE;
    this.#form.elements.comment.value = this.#comment;
  }
}
