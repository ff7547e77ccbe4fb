import { ArticlePanel } from "./article.js";
import { dateSpan } from "./dates.js";
import { button, count } from "./dom.js";
import { Exchange } from "./exchange.js";
import { askStream, getJson } from "./stream.js";

const SUGGESTIONS = 3;

const page = Object.fromEntries(
  ["archive-line", "new-conversation", "intro", "conversation", "ask", "question", "send", "stop", "suggestions", "status"].map(
    (id) => [id, document.getElementById(id)],
  ),
);
const panel = new ArticlePanel(document.getElementById("article-panel"));
const touch = window.matchMedia("(pointer: coarse)");

let conversationId = null;
let asking = null;
let asked = 0;

async function ask(question) {
  if (asking) return;
  const stop = startAsking();
  const exchange = addExchange(question);
  try {
    for await (const { name, data } of askStream(question, conversationId, stop.signal)) {
      if (asking !== stop) return;
      exchange.show(name, data);
      if (name === "done") conversationId = data.conversation_id ?? conversationId;
    }
  } catch (error) {
    if (error.name !== "AbortError") exchange.fail(error);
  }
  // "New conversation" was pressed: this answer belongs to nobody any more.
  if (asking !== stop) return;
  exchange.end({ stopped: stop.signal.aborted });
  exchange.offerAgain(ask);
  setAsking(null);
}

function startAsking() {
  const stop = new AbortController();
  setAsking(stop);
  page.intro.hidden = true;
  page.suggestions.hidden = true;
  page["new-conversation"].hidden = false;
  document.body.classList.add("started");
  return stop;
}

function setAsking(stop) {
  const stopHadFocus = document.activeElement === page.stop;
  asking = stop;
  page.send.hidden = Boolean(stop);
  page.stop.hidden = !stop;
  if (stopHadFocus) page.question.focus();
}

function addExchange(question) {
  asked += 1;
  const exchange = new Exchange(question, asked, {
    openArticle: (citation, opener) => panel.open(citation, opener),
    announce: (text) => (page.status.textContent = text),
  });
  page.conversation.append(exchange.node);
  exchange.node.scrollIntoView({ block: "start" });
  return exchange;
}

function submit(event) {
  event.preventDefault();
  const question = page.question.value.trim();
  if (!question || asking) return;
  page.question.value = "";
  // On a phone the keyboard would cover the answer.
  if (touch.matches) page.question.blur();
  ask(question);
}

function startAfresh() {
  asking?.abort();
  setAsking(null);
  panel.close();
  // A deep link would ask its question again on reload.
  history.replaceState(null, "", location.pathname);
  conversationId = null;
  page.conversation.replaceChildren();
  page.intro.hidden = false;
  page.suggestions.hidden = page.suggestions.childElementCount === 0;
  page["new-conversation"].hidden = true;
  document.body.classList.remove("started");
  page.question.focus();
}

async function showArchive() {
  try {
    const archive = await getJson("/v1/archive");
    page["archive-line"].textContent = archiveLine(archive);
    suggest(archive.suggested_questions ?? []);
  } catch (problem) {
    page["archive-line"].textContent = `The archive could not be read. ${problem.message}`;
  }
}

function archiveLine({ articles, outlets, oldest, newest, undated }) {
  if (!articles) return "The archive is empty. Fill it with: dateline add PATH";
  const parts = [`${count(articles, "article")} from ${count(outlets.length, "outlet")}`, dateSpan(oldest, newest)];
  if (undated) parts.push(`${undated} undated`);
  return parts.filter(Boolean).join(" · ");
}

function suggest(questions) {
  const buttons = questions.slice(0, SUGGESTIONS).map((question) =>
    button({ class: "suggestion", dir: "auto" }, () => ask(question), question),
  );
  page.suggestions.replaceChildren(...buttons);
  page.suggestions.hidden = asked > 0 || buttons.length === 0;
}

function askFromAddress() {
  const question = new URLSearchParams(location.hash.slice(1)).get("q")?.trim();
  if (!question) return;
  page.question.value = question;
  page.ask.requestSubmit();
}

page.ask.addEventListener("submit", submit);
page.stop.addEventListener("click", () => asking?.abort());
page["new-conversation"].addEventListener("click", startAfresh);
window.addEventListener("hashchange", askFromAddress);
page.question.focus();
showArchive();
askFromAddress();
