import { button, choice, element, labelled } from "./dom.js";
import { limitsInWords } from "./plan.js";

const DAYS = [
  ["since", "Published since"],
  ["until", "Published until"],
  ["as_of", "As known on"],
];
const ORDERS = [
  ["", "As asked"],
  ["relevance", "Best answer first"],
  ["newest", "Newest first"],
  ["timeline", "In order of events"],
];

/** What a reader limits every question to until it is taken off again. */
export class Limits {
  #box;
  #summary = element("summary", {});
  #days = Object.fromEntries(DAYS.map(([name]) => [name, element("input", { type: "date", name })]));
  #author = element("input", { type: "text", name: "author", dir: "auto", maxlength: "200", autocomplete: "off" });
  #order = choice("order", ORDERS);
  #answerer = choice("answerer", [["", "As set"]]);
  #answerers = labelled("Answered by", this.#answerer);
  #outlets = element("fieldset", { class: "outlets" });

  /** Fills the `details` element that holds them. */
  constructor(box) {
    this.#box = box;
    const fields = [
      ...DAYS.map(([name, label]) => labelled(label, this.#days[name])),
      labelled("Written by", this.#author),
      labelled("Order", this.#order),
      this.#answerers,
    ];
    this.#answerers.hidden = true;
    const clear = button({ class: "quiet" }, () => this.clear(), "Take off all limits");
    box.replaceChildren(this.#summary, element("div", { class: "limit-fields" }, fields, this.#outlets, clear));
    box.addEventListener("input", () => this.#tell());
    this.#tell();
  }

  /** Offers these outlets; those that were chosen stay so. */
  offer(outlets) {
    const chosen = this.#chosen().map((box) => box.value);
    const boxes = outlets.map((value) => {
      const checked = chosen.includes(value) ? "" : null;
      return element("label", {}, element("input", { type: "checkbox", value, checked }), element("bdi", {}, value));
    });
    this.#outlets.replaceChildren(element("legend", {}, "Only from"), ...boxes);
    this.#outlets.hidden = boxes.length === 0;
  }

  /** Offers who may answer, by name, where that is more than one. */
  offerAnswerers(names) {
    this.#answerer.replaceChildren(...["", ...names].map((value) => element("option", { value }, value || "As set")));
    this.#answerers.hidden = names.length < 2;
  }

  /** The limits as the API takes them with a question; what is not limited is left out. */
  asked() {
    const given = {
      ...Object.fromEntries(DAYS.map(([name]) => [name, this.#days[name].value])),
      outlets: this.#chosen().map((box) => box.value),
      authors: [this.#author.value.trim()].filter(Boolean),
      order: this.#order.value,
      answerer: this.#answerer.value,
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value.length > 0));
  }

  /** Takes off the limit that a chip stands for, if it is one of these. */
  drop({ name, value }) {
    if (name in this.#days && this.#days[name].value === value) this.#days[name].value = "";
    if (name === "authors" && this.#author.value.trim() === value) this.#author.value = "";
    if (name === "order") this.#order.value = "";
    for (const box of this.#chosen()) if (name === "outlets" && box.value === value) box.checked = false;
    this.#tell();
  }

  /** Takes off every limit. */
  clear() {
    for (const input of [...Object.values(this.#days), this.#author, this.#order, this.#answerer]) input.value = "";
    for (const box of this.#chosen()) box.checked = false;
    this.#tell();
  }

  /** Folds the fields away; the line above them still tells the limits. */
  fold() {
    this.#box.open = false;
  }

  #chosen() {
    return [...this.#outlets.querySelectorAll("input:checked")];
  }

  #tell() {
    const { order, answerer } = this.asked();
    const told = [...limitsInWords(this.asked()), order ? ORDERS.find(([value]) => value === order)[1].toLowerCase() : null, answerer ? `answered by ${answerer}` : null];
    const words = told.filter(Boolean).join("; ");
    this.#summary.replaceChildren("Limits", words ? ": " : "", element("bdi", {}, words));
  }
}
