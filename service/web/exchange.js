import { button, count, element } from "./dom.js";
import { claimElement } from "./claims.js";
import { changeList, disagreementColumns, planChips, readLine, relatedList, searchedLine, searchedTable, sourceList } from "./evidence.js";
import { copyText, withReferences } from "./references.js";

const SLOTS = ["plan", "progress", "verdict", "claims", "notices", "contrasts", "sources", "foot"];
const SEARCHING = "Searching the archive…";
const UNFINISHED = ["failed", "stopped", "cut-off"];

/** One question and its answer on the page, built from the events of its stream. */
export class Exchange {
  #question;
  #open;
  #announce;
  #slots = Object.fromEntries(SLOTS.map((name) => [name, element("div", { class: name })]));
  #citations = new Map();
  #claims = [];
  #ended = false;

  constructor(question, number, { openArticle, announce }) {
    this.#question = question;
    this.#open = openArticle;
    this.#announce = announce;
    this.#slots.claims.setAttribute("aria-live", "polite");
    const id = `question-${number}`;
    this.node = element(
      "article",
      { class: "exchange", "aria-labelledby": id, "data-state": "answering" },
      element("h2", { id, dir: "auto" }, question),
      Object.values(this.#slots),
    );
    this.#progress(SEARCHING);
    announce("Searching the archive");
  }

  /** Shows one event; a name it does not know is ignored, so that the server may add some. */
  show(name, data) {
    const events = {
      plan: () => this.#fill("plan", planChips(data, this.#question)),
      sources: () => this.#progress(readLine(data)),
      claim: () => this.#addClaim(data),
      disagreement: () => this.#addContrast(disagreementColumns, data),
      change: () => this.#addContrast(changeList, data),
      done: () => this.#done(data),
      error: () => this.fail(data),
    };
    events[name]?.();
  }

  /** Shows a problem; what was already proved stays. */
  fail({ title, detail, message }) {
    this.#end("failed");
    const text = detail ?? message;
    const parts = [element("strong", {}, title ?? "Something went wrong"), text ? `: ${text}` : null];
    this.#slots.notices.append(element("p", { class: "notice problem", role: "alert" }, parts));
    this.#showSources([...this.#citations.values()]);
  }

  /** Called when the stream has ended: without `done` or `error` the answer was cut off. */
  end({ stopped = false } = {}) {
    if (this.#ended) return;
    this.#end(stopped ? "stopped" : "cut-off");
    this.#notice(`${stopped ? "You stopped the answer" : "The answer was cut off"}${this.#whatStands()}`);
    this.#showSources([...this.#citations.values()]);
  }

  /** Offers to ask the same question once more, where there is no whole answer. */
  offerAgain(ask) {
    if (!UNFINISHED.includes(this.node.dataset.state)) return;
    this.#slots.foot.append(button({ class: "quiet" }, () => ask(this.#question), "Ask again"));
  }

  #addClaim({ claim, citations }) {
    this.#keep(citations);
    this.#syncClaims([...this.#claims, claim]);
  }

  #addContrast(shape, contrast) {
    this.#slots.contrasts.append(shape(contrast, this.#citations, this.#open));
  }

  #done(answer) {
    this.#end("done");
    this.#keep(answer.citations);
    this.#syncClaims(answer.claims ?? []);
    const shown = (shape, contrasts) => (contrasts ?? []).map((one) => shape(one, this.#citations, this.#open));
    this.#fill("contrasts", ...shown(disagreementColumns, answer.disagreements), ...shown(changeList, answer.changes));
    for (const note of answer.notes ?? []) this.#notice(note);
    if (answer.status === "not_in_archive") this.#refuse(answer);
    else this.#answered(answer);
  }

  #answered(answer) {
    const incomplete = answer.status === "incomplete";
    if (incomplete) this.#notice(`This answer could not be finished${this.#whatStands()}`);
    this.#showSources(answer.citations, incomplete ? searchedTable(answer.searched, answer.plan) : null);
    this.#fill("foot", this.#copyButton(answer), element("p", { class: "receipt" }, receipt(answer)));
    this.#announce(
      `${incomplete ? "Incomplete answer" : "Answer complete"}: ${count(answer.claims.length, "sentence")}, ${count(answer.citations.length, "quote")}`,
    );
  }

  #showSources(citations, ...more) {
    this.#fill("sources", citations.length ? sourceList(citations, this.#open) : null, ...more);
  }

  /** How a notice about an unfinished answer ends; it must not vouch for sentences marked as not proved. */
  #whatStands() {
    if (!this.#claims.length) return " before its first sentence.";
    const proved = this.#claims.every((claim) => claim.support !== "unsupported");
    return proved ? "; what you see is proved, but may be incomplete." : "; what you see may be incomplete.";
  }

  #refuse(answer) {
    this.node.dataset.state = "refused";
    this.#fill(
      "verdict",
      element("p", { class: "refusal" }, element("strong", {}, "Not in the archive")),
      element("p", { class: "refusal-text", dir: "auto" }, answer.text),
    );
    this.#fill(
      "sources",
      searchedTable(answer.searched, answer.plan),
      answer.related?.length ? relatedList(answer.related, this.#open) : null,
    );
    this.#announce(`Not in the archive. ${answer.text}`);
  }

  /** Sentences already on the page stay as they are: replacing them would lose focus and be read aloud twice. */
  #syncClaims(claims) {
    const box = this.#slots.claims;
    const same = claims.findIndex((claim, at) => !sameClaim(claim, this.#claims[at]));
    const kept = same === -1 ? claims.length : same;
    while (box.children.length > kept) box.lastChild.remove();
    for (const [at, claim] of [...claims.entries()].slice(kept)) {
      const node = claimElement(claim, this.#citations, this.#open);
      if (at > 0 && startsParagraph(claim, claims[at - 1])) node.classList.add("starts-paragraph");
      box.append(node, " ");
    }
    this.#claims = claims;
  }

  #keep(citations) {
    for (const citation of citations ?? []) this.#citations.set(citation.number, citation);
  }

  #copyButton(answer) {
    return button({ class: "quiet" }, async (node) => {
      const copied = await copyText(withReferences(answer));
      node.textContent = copied ? "Copied" : "Copying was refused";
      this.#announce(copied ? "Copied with references" : "The browser refused to copy");
      setTimeout(() => (node.textContent = "Copy with references"), 2500);
    }, "Copy with references");
  }

  #progress(text) {
    this.#fill("progress", element("p", {}, text));
  }

  #notice(text) {
    this.#slots.notices.append(element("p", { class: "notice" }, text));
    this.#announce(text);
  }

  #end(state) {
    this.#ended = true;
    this.node.dataset.state = state;
    if (this.#slots.progress.textContent === SEARCHING) this.#fill("progress");
  }

  #fill(slot, ...nodes) {
    this.#slots[slot].replaceChildren(...nodes.filter(Boolean));
  }
}

function sameClaim(one, other) {
  return other !== undefined && one.text === other.text && String(one.citations) === String(other.citations);
}

/** Offsets of neighbours that leave more than one space between them stand in different paragraphs. */
function startsParagraph(claim, before) {
  return claim.start - before.end > 1;
}

function receipt({ searched, timings_ms: timings }) {
  const seconds = timings?.total ? ` · answered in ${(timings.total / 1000).toFixed(1)} s` : "";
  return searched ? searchedLine(searched) + seconds : "";
}
