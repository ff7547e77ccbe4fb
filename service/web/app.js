import { AddDialog } from "./adding.js";
import { parseAddress } from "./address.js";
import { ArchiveView } from "./archive.js";
import { ArticlePanel } from "./article.js";
import { confirmed } from "./confirmation.js";
import { dateSpan } from "./dates.js";
import { takeDrops } from "./drops.js";
import { button, count } from "./dom.js";
import { History } from "./history.js";
import { Limits } from "./limits.js";
import { getJson, problemText } from "./requests.js";
import { Session } from "./session.js";
import { Talk } from "./talk.js";

const SUGGESTIONS = 3;
const TITLES = { history: "History – Dateline", archive: "Archive – Dateline", "sign-in": "Sign in – Dateline" };

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const views = ["talk", "history", "archive", "sign-in"];

const announce = (text) => (page.status.textContent = text);
const panel = new ArticlePanel(page["article-panel"], announce);
const openArticle = (source, opener) => panel.open(source, opener);
const limits = new Limits(page.limits);
const talk = new Talk(page, { limits, openArticle, announce });
const confirm = (question, action) => confirmed(page.confirm, question, action);
const past = new History(page.history, confirm);
const archive = new ArchiveView(page.archive, { openArticle, confirm, mayEdit: () => session.mayEdit, changed: showHoldings });
const adding = new AddDialog(page.add, { openArticle, added: showHoldings });
const session = new Session(page["sign-in"], begin);

/** Shows what the address says. */
function show() {
  panel.close();
  if (session.isLocked) {
    reveal("sign-in");
    return;
  }
  const { view, id, version, query, question } = parseAddress(location.hash);
  const shown = {
    fresh: ["talk", () => talk.fresh()],
    conversation: ["talk", () => talk.openConversation(id)],
    answer: ["talk", () => talk.openAnswer(id)],
    conversations: ["history", () => past.show()],
    archive: ["archive", () => archive.show(query)],
    article: ["archive", () => archive.show(new URLSearchParams()).then(() => openArticle({ article_id: id, version, ...stretch(query) }, null))],
  };
  const [name, fill] = shown[view];
  reveal(name);
  fill();
  if (question) talk.ask(question);
}

/** The words that a permanent link names, by their place. */
function stretch(query) {
  const [start, end] = [Number(query.get("start")), Number(query.get("end"))];
  return end > start ? { start, end } : {};
}

/** Shows one view alone, and puts the focus at its head, as following a link would. */
function reveal(name) {
  for (const view of views) page[view].hidden = view !== name;
  for (const link of page.pages.querySelectorAll("a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = TITLES[name] ?? "Dateline";
  const field = page[name].querySelector("input[name=key]");
  if (name !== "talk") (field ?? page[name].querySelector("h2")).focus();
}

/** Shows the page to whoever is signed in now. */
function begin() {
  page.pages.hidden = session.isLocked;
  page["add-articles"].hidden = !session.mayEdit;
  page["sign-out"].hidden = !session.name;
  page["sign-out"].textContent = `Sign out ${session.name ?? ""}`;
  if (!session.isLocked) {
    showHoldings();
    offerAnswerers();
  }
  show();
}

async function showHoldings() {
  try {
    const held = await getJson("/v1/archive");
    page["archive-line"].textContent = archiveLine(held);
    limits.offer(held.outlets);
    suggest(held.suggested_questions ?? []);
  } catch (problem) {
    page["archive-line"].textContent = `The archive could not be read. ${problemText(problem)}`;
  }
}

async function offerAnswerers() {
  const { data } = await getJson("/v1/models").catch(() => ({ data: [] }));
  limits.offerAnswerers(data.map(({ id }) => id.split("/").slice(1).join("/")).filter(Boolean));
}

function archiveLine({ articles, outlets, oldest, newest, undated }) {
  if (!articles) return "The archive is empty. Fill it with: dateline add PATH";
  const parts = [`${count(articles, "article")} from ${count(outlets.length, "outlet")}`, dateSpan(oldest, newest)];
  if (undated) parts.push(`${undated} undated`);
  return parts.filter(Boolean).join(" · ");
}

function suggest(questions) {
  const buttons = questions.slice(0, SUGGESTIONS).map((question) =>
    button({ class: "suggestion", dir: "auto" }, () => talk.ask(question), question),
  );
  page.suggestions.replaceChildren(...buttons);
  page.suggestions.hidden = page.intro.hidden || buttons.length === 0;
}

/** Ctrl or ⌘ with K, from anywhere, goes to the question. */
function goToQuestion(event) {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || session.isLocked) return;
  event.preventDefault();
  if (page.talk.hidden) location.hash = "#/";
  else talk.focus();
}

page["add-articles"].addEventListener("click", () => adding.open());
takeDrops(document, () => session.mayEdit && !session.isLocked, (files) => adding.open(files));
page["sign-out"].addEventListener("click", () => session.signOut());
// The address may be that of a new conversation already, and then pressing it again changes nothing.
page["new-conversation"].addEventListener("click", () => location.hash === "#/" && show());
page.skip.addEventListener("click", (event) => {
  event.preventDefault();
  const shown = views.find((view) => !page[view].hidden);
  if (shown === "talk") talk.focus();
  else page[shown].querySelector("h2").focus();
});
document.addEventListener("keydown", goToQuestion);
window.addEventListener("hashchange", show);
await session.load().catch((problem) => (page["archive-line"].textContent = problemText(problem)));
begin();
