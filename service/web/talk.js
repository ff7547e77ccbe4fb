import { conversationAddress } from "./address.js";
import { element } from "./dom.js";
import { Exchange } from "./exchange.js";
import { askStream } from "./stream.js";
import { getJson, problemText } from "./requests.js";

/** The conversation that is shown: its questions with their answers, and the next question. */
export class Talk {
  #parts;
  #limits;
  #openArticle;
  #announce;
  #touch = window.matchMedia("(pointer: coarse)");
  #id = null;
  #shown = null;
  #asking = null;
  #numbered = 0;

  /** `parts` are the elements by name: intro, conversation, ask, question, send, stop, suggestions. */
  constructor(parts, { limits, openArticle, announce }) {
    this.#parts = parts;
    this.#limits = limits;
    this.#openArticle = openArticle;
    this.#announce = announce;
    parts.ask.addEventListener("submit", (event) => this.#submit(event));
    parts.stop.addEventListener("click", () => this.#asking?.abort());
  }

  /** Begins a new conversation, with nothing asked yet. */
  fresh() {
    this.#leave();
    this.#id = null;
    this.#shown = null;
    this.#setStarted(false);
    this.focus();
  }

  /** Shows a conversation that was kept; the next question follows up on it. */
  openConversation(id) {
    return this.#open(`conversations/${id}`, keptAnswers(id));
  }

  /** Shows one answer by itself; the next question follows up on its conversation. */
  openAnswer(id) {
    return this.#open(`answers/${id}`, keptAnswer(id), { alone: true });
  }

  /** Asks a question, within the limits that are set unless `request` says others. */
  async ask(question, request = {}) {
    this.#asking?.abort();
    const stop = new AbortController();
    this.#setAsking(stop);
    this.#begin();
    const asked = { question, ...(Object.keys(request).length ? request : this.#limits.asked()), conversation_id: this.#id };
    const exchange = this.#add(question);
    exchange.begin();
    this.#reveal(exchange);
    try {
      for await (const { name, data } of askStream(asked, stop.signal)) await exchange.show(name, data);
    } catch (error) {
      if (error.name !== "AbortError") exchange.fail(error);
    }
    exchange.end({ stopped: stop.signal.aborted });
    exchange.offerAgain(() => this.ask(question, request));
    if (this.#asking === stop) this.#setAsking(null);
  }

  /** Puts the cursor where the next question goes. */
  focus() {
    this.#parts.question.focus();
  }

  async #open(address, answers, options) {
    if (this.#shown === address) return;
    this.#leave();
    this.#id = null;
    this.#shown = address;
    this.#setStarted(true);
    try {
      for await (const answer of answers) {
        // The reader may have gone elsewhere meanwhile.
        if (this.#shown !== address) return;
        this.#id = answer.conversation_id;
        await this.#addKept(answer, options);
      }
    } catch (problem) {
      if (this.#shown !== address) return;
      this.#parts.conversation.append(element("p", { class: "notice problem", role: "alert" }, problemText(problem)));
    }
    this.#parts.conversation.querySelector("h2")?.focus({ preventScroll: true });
  }

  #leave() {
    this.#asking?.abort();
    this.#setAsking(null);
    this.#parts.conversation.replaceChildren();
  }

  /** A conversation has its address from its first question on, so that a reload finds it again. */
  #begin() {
    this.#limits.fold();
    this.#setStarted(true);
    if (this.#id) return;
    this.#id = randomId();
    this.#shown = `conversations/${this.#id}`;
    history.replaceState(null, "", conversationAddress(this.#id));
  }

  #setStarted(started) {
    this.#parts.intro.hidden = started;
    this.#parts.suggestions.hidden = started || this.#parts.suggestions.childElementCount === 0;
    this.#parts.question.placeholder = started ? "Ask a follow-up question" : "What do you want to know?";
    document.body.classList.toggle("started", started);
  }

  #setAsking(stop) {
    const stopHadFocus = document.activeElement === this.#parts.stop;
    this.#asking = stop;
    this.#parts.send.hidden = Boolean(stop);
    this.#parts.stop.hidden = !stop;
    if (stopHadFocus) this.focus();
  }

  #add(question, { alone = false } = {}) {
    this.#numbered += 1;
    return new Exchange(question, this.#numbered, {
      openArticle: this.#openArticle,
      announce: this.#announce,
      askAgain: (request, chip) => this.#askWithout(request, chip),
      alone,
    });
  }

  async #addKept(answer, options) {
    const exchange = this.#add(answer.question, options);
    await exchange.showKept(answer);
    this.#parts.conversation.append(exchange.node);
  }

  #reveal(exchange) {
    this.#parts.conversation.append(exchange.node);
    exchange.node.scrollIntoView({ block: "start" });
  }

  #askWithout({ question, ...request }, chip) {
    if (chip) this.#limits.drop(chip);
    this.#parts.question.focus({ preventScroll: true });
    this.ask(question, request);
  }

  #submit(event) {
    event.preventDefault();
    const question = this.#parts.question.value.trim();
    if (!question || this.#asking) return;
    this.#parts.question.value = "";
    // On a phone the keyboard would cover the answer.
    if (this.#touch.matches) this.#parts.question.blur();
    this.ask(question);
  }
}

async function* keptAnswers(id) {
  for (let cursor = null; ; ) {
    const page = await getJson(`/v1/conversations/${encodeURIComponent(id)}${cursor ? `?cursor=${cursor}` : ""}`);
    yield* page.answers;
    cursor = page.next_cursor;
    if (!cursor) return;
  }
}

async function* keptAnswer(id) {
  yield getJson(`/v1/answers/${encodeURIComponent(id)}`);
}

/** A name for a new conversation that nobody can guess; crypto.randomUUID is there only under https. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
