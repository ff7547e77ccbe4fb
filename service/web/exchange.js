import { button, count, element } from "./dom.js";
import { claimElement } from "./claims.js";
import { marks } from "./citations.js";
import {
  catalogueTable,
  changeTable,
  disagreementTable,
  eventList,
  readLine,
  relatedList,
  searchedTable,
  sourceList,
  storyList,
} from "./evidence.js";
import { planChips } from "./plan.js";
import { receiptNodes } from "./receipt.js";
import { problemText } from "./requests.js";
import { timelineStrip } from "./timeline.js";
import { ENGLISH, wordsOf } from "./words.js";

const SLOTS = [
  "plan", "progress", "lead", "sections", "claims", "notices", "contrasts", "events", "table", "sources", "timeline", "suggested", "foot",
];
const SEARCHING = "Searching the archive…";
const NOTHING_PROVED = "Nothing that was written could be proved. It stands below, each sentence marked.";
const UNFINISHED = ["failed", "stopped", "cut-off"];

/**
 * One question and its answer on the page, built from the events of its stream.
 *
 * An answer that was kept is shown by the same means, so that what is safe in one is safe in both.
 */
export class Exchange {
  #question;
  #open;
  #announce;
  #askAgain;
  #alone;
  #sources = [];
  #slots = Object.fromEntries(SLOTS.map((name) => [name, element("div", { class: name })]));
  #citations = new Map();
  #claims = [];
  #ended = false;
  #isTimeline = false;
  #isOverview = false;
  #words = ENGLISH;

  /**
   * `openArticle(citation, opener)` shows an article, `announce(text)` tells a screen reader, and
   * `askAgain(request, chip)` asks with what the API takes. `alone` says that it is shown by itself.
   */
  constructor(question, number, { openArticle, announce, askAgain, alone = false }) {
    this.#question = question;
    this.#open = openArticle;
    this.#announce = announce;
    this.#askAgain = askAgain;
    this.#alone = alone;
    const id = `question-${number}`;
    this.node = element(
      "article",
      { class: "exchange", "aria-labelledby": id, "data-state": "answering" },
      element("h2", { id, dir: "auto", tabindex: "-1" }, question),
      Object.values(this.#slots),
    );
  }

  /** Says that an answer is on its way, which is then read aloud as it comes. */
  begin() {
    for (const name of ["lead", "claims"]) this.#slots[name].setAttribute("aria-live", "polite");
    this.#progress(SEARCHING);
    this.#announce("Searching the archive");
  }

  /** Shows an answer that was given before, as it ended. */
  async showKept(answer) {
    this.#announce = () => {};
    await this.show("plan", answer.plan);
    await this.show("done", answer);
  }

  /** Shows one event; a name it does not know is ignored, so that the server may add some. */
  async show(name, data) {
    // The words around the quotes are in the language of the question, which the first event tells.
    if (name === "plan") this.#words = await wordsOf(data?.locale);
    const events = {
      plan: () => this.#understood(data),
      sources: () => this.#found(data),
      short_answer: () => this.#shorten(data),
      claim: () => this.#addClaim(data),
      disagreement: () => this.#addContrast(disagreementTable, data),
      change: () => this.#addContrast(changeTable, data),
      done: () => this.#done(data),
      error: () => this.fail(data),
    };
    events[name]?.();
  }

  /** Shows a problem; what was already proved stays. */
  fail(problem) {
    this.#end("failed");
    this.#slots.notices.append(element("p", { class: "notice problem", role: "alert" }, problemText(problem)));
    this.#showCited();
  }

  /** Called when the stream has ended: without `done` or `error` the answer was cut off. */
  end({ stopped = false } = {}) {
    if (this.#ended) return;
    this.#end(stopped ? "stopped" : "cut-off");
    this.#notice(`${stopped ? "You stopped the answer" : "The answer was cut off"}${this.#whatStands()}`);
    this.#showCited();
  }

  /** Offers to ask the same question once more, where there is no whole answer. */
  offerAgain(ask) {
    if (!UNFINISHED.includes(this.node.dataset.state)) return;
    this.#slots.foot.append(button({ class: "quiet" }, ask, "Ask again"));
  }

  #understood(plan) {
    this.#isTimeline = plan.order === "timeline";
    this.#isOverview = plan.intent === "overview";
    this.#fill("plan", planChips(plan, this.#question, this.#askAgain, this.#words));
  }

  #found(found) {
    this.#sources = found.sources;
    this.#progress(readLine(found, this.#words));
  }

  #shorten({ short_answer: short, citations }) {
    this.#keep(citations);
    this.#fill("lead", leadLine(short, this.#citations, this.#open));
  }

  /** A quote is shown as evidence alone; every other sentence stands in the text. */
  #addClaim({ claim, citations }) {
    this.#keep(citations);
    if (claim.support === "quoted") this.#showCited();
    else this.#syncClaims([...this.#claims, claim]);
  }

  #addContrast(shape, contrast) {
    this.#slots.contrasts.append(shape(contrast, this.#citations, this.#open, this.#words));
  }

  #done(answer) {
    this.#end("done");
    this.#keep(answer.citations, { answer_id: answer.id });
    this.#syncClaims((answer.claims ?? []).filter((claim) => claim.support !== "quoted"));
    const shown = (shape, contrasts) => (contrasts ?? []).map((one) => shape(one, this.#citations, this.#open, this.#words));
    this.#fill("contrasts", ...shown(disagreementTable, answer.disagreements), ...shown(changeTable, answer.changes));
    for (const note of answer.notes ?? []) this.#notice(note);
    if (answer.status === "not_in_archive") this.#refuse(answer);
    else this.#answered(answer);
    this.#suggest(answer.suggestions ?? []);
  }

  #answered(answer) {
    const incomplete = answer.status === "incomplete";
    if (incomplete) this.#notice(`This answer could not be finished${this.#whatStands()}`);
    if (answer.short_answer) this.#fill("lead", leadLine(answer.short_answer, this.#citations, this.#open));
    else if (!answer.claims?.length && !answer.sections?.length) this.#fill("lead", element("p", { class: "said", dir: "auto" }, answer.text));
    const sections = answer.sections ?? [];
    this.#fill("sections", ...sections.map((section) => this.#section(section)));
    if (answer.timeline?.length) this.#fill("events", eventList(answer.timeline, this.#citations, this.#open, this.#words));
    if (answer.table) this.#fill("table", catalogueTable(answer.table, this.#open));
    const shown = [...sections.flatMap((section) => section.evidence.map((item) => item.citation)), ...(answer.timeline ?? []).flatMap((event) => event.citations)];
    const within = new Set(shown);
    const evidence = evidenceOf(answer, this.#citations).filter((citation) => !within.has(citation.number));
    this.#showSources(evidence, incomplete ? searchedTable(answer.searched, answer.plan, this.#words) : null);
    if (!answer.timeline?.length && !this.#isOverview) this.#fill("timeline", timelineStrip(this.#sources, answer.citations, this.#open, this.#words));
    this.#fill("foot", ...receiptNodes(answer, this.#announce, this.#words, { alone: this.#alone }));
    this.#announce(
      `${incomplete ? "Incomplete answer" : "Answer complete"}: ${answer.short_answer?.text ?? count(answer.claims.length, "sentence")}, ${count(answer.citations.length, "quote")}`,
    );
  }

  #section({ heading, short_answer: short, evidence }) {
    const cited = evidence.map((item) => this.#citations.get(item.citation)).filter(Boolean);
    return element(
      "section",
      { class: "part" },
      element("h3", { dir: "auto" }, heading),
      short ? leadLine(short, this.#citations, this.#open) : null,
      cited.length ? sourceList(cited, this.#open, this.#words) : element("p", { class: "said", dir: "auto" }, this.#words.tell("The archive does not answer this{within}.", { within: "" })),
    );
  }

  #suggest(questions) {
    const asks = questions.map((question) => button({ class: "quiet", dir: "auto" }, () => this.#askAgain({ question }, null), question));
    this.#fill("suggested", asks.length ? element("div", { class: "take" }, `${this.#words.tell("You could ask:")} `, asks) : null);
  }

  /** What is cited so far; the quotes of a timeline stand at their days, once all of them are known. */
  #showCited() {
    if (!this.#isTimeline || this.#ended) this.#showSources([...this.#citations.values()]);
  }

  #showSources(citations, ...more) {
    const listed = this.#isOverview ? storyList : sourceList;
    this.#fill("sources", citations.length ? listed(citations, this.#open, this.#words) : null, ...more);
  }

  /** How a notice about an unfinished answer ends; it must not vouch for sentences marked as not proved. */
  #whatStands() {
    if (!this.#claims.length) return " before its first sentence.";
    const proved = this.#claims.every((claim) => claim.support !== "unsupported");
    return proved ? "; what you see is proved, but may be incomplete." : "; what you see may be incomplete.";
  }

  #refuse(answer) {
    this.node.dataset.state = "refused";
    const told = answer.claims?.length ? NOTHING_PROVED : answer.text;
    this.#fill("lead", element("p", { class: "refusal", dir: "auto" }, told));
    this.#fill(
      "sources",
      answer.related?.length ? relatedList(answer.related, this.#open, this.#words) : null,
      element("details", { class: "more" }, element("summary", { dir: "auto" }, this.#words.tell("What was searched")), searchedTable(answer.searched, answer.plan, this.#words)),
    );
    this.#fill("foot", ...receiptNodes(answer, this.#announce, this.#words, { alone: this.#alone }));
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

  /** What is known of a citation, for the marks that are drawn already too; `kept` tells of its answer. */
  #keep(citations, kept = {}) {
    for (const citation of citations ?? []) {
      const known = this.#citations.get(citation.number) ?? {};
      this.#citations.set(citation.number, Object.assign(known, citation, kept));
    }
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

/** The short answer, large, with its marks. */
function leadLine({ text, citations: numbers }, citations, open) {
  return element("p", { class: "short", dir: "auto" }, text, marks(numbers, citations, open));
}

/** The citations worth showing, in their order; all of them where an older Dateline did not say which. */
function evidenceOf(answer, citations) {
  if (!answer.evidence?.length) return answer.citations;
  return answer.evidence.map((item) => citations.get(item.citation)).filter(Boolean);
}
