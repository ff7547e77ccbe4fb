import { button, element } from "./dom.js";
import { ENGLISH } from "./words.js";

const ORDERS = { newest: "newest first", timeline: "in the order of events" };
const LISTED = ["outlets", "authors", "languages"];
const IGNORED = { dates: "dates", outlets: "outlets", authors: "authors" };

/**
 * How a question was understood, as chips that can be taken away; null where there are none.
 *
 * `ask` is called with what the API must be asked for the same question without the chip. The limits that
 * stay are sent outright, because what is to be ignored of the words is ignored whole.
 */
export function planChips(plan, question, ask, words) {
  const rewritten = plan.standalone_question && plan.standalone_question !== question;
  const chips = chipsOf(plan, words);
  const [before, after] = words.around("Understood as: {question}", "question");
  const ignored = (plan.ignored ?? []).map((name) => IGNORED[name]).filter(Boolean);
  if (!rewritten && !chips.length && !ignored.length) return null;
  const items = chips.map((chip) => element("li", {}, chipButton(chip, plan, ask)));
  return element(
    "div",
    { class: "understood" },
    rewritten ? element("p", { class: "rewritten", dir: "auto" }, before, element("bdi", {}, plan.standalone_question), after) : null,
    items.length ? element("ul", { class: "chips", "aria-label": "How the question was understood" }, items) : null,
    ignored.length ? element("p", { class: "ignored" }, `Searched as plain words: the ${ignored.join(" and ")} that the question names`) : null,
  );
}

/** The limits of a plan in words, one each. */
export function limitsInWords({ since, until, as_of: asOf, outlets, authors, languages }, words = ENGLISH) {
  return [
    since ? words.tell("since {day}", { day: words.day(since) }) : null,
    until ? words.tell("until {day}", { day: words.day(until) }) : null,
    asOf ? words.tell("as known on {day}", { day: words.day(asOf) }) : null,
    outlets?.length ? `outlets: ${outlets.join(", ")}` : null,
    authors?.length ? `by: ${authors.join(", ")}` : null,
    languages?.length ? `languages: ${languages.join(", ")}` : null,
  ].filter(Boolean);
}

/** What of the request the plan stands for is sent again to have it answered the same way. */
export function requestOf(plan) {
  const { standalone_question: question, since, until, as_of, outlets, authors, languages, order, ignored } = plan;
  const given = { question, since, until, as_of, outlets, authors, languages, order, ignore: ignored };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value && value.length !== 0));
}

function chipsOf(plan, words) {
  const limits = [
    ...["since", "until", "as_of"].map((name) => ({ name, value: plan[name], ignore: "dates" })),
    ...LISTED.flatMap((name) => (plan[name] ?? []).map((value) => ({ name, value, listed: true }))),
  ];
  const chips = limits
    .filter(({ value }) => value)
    .map((chip) => ({ ...chip, text: limitsInWords({ [chip.name]: chip.listed ? [chip.value] : chip.value }, words)[0] }));
  const periods = (plan.named_periods ?? []).filter((period) => !isLimit(period, plan)).map((period) => periodInWords(period, words));
  if (periods.length) chips.push({ ignore: "dates", text: `preferring ${periods.join(", ")}` });
  const outlets = (plan.named_outlets ?? []).filter((name) => !plan.outlets?.includes(name));
  if (outlets.length) chips.push({ ignore: "outlets", text: `preferring ${outlets.join(", ")}` });
  if (plan.named_authors?.length) chips.push({ ignore: "authors", text: `preferring reports by ${plan.named_authors.join(", ")}` });
  if (ORDERS[plan.order]) chips.push({ name: "order", text: words.tell(ORDERS[plan.order]) });
  return chips;
}

function chipButton(chip, plan, ask) {
  return button(
    { class: "chip", title: "Ask again without this" },
    () => ask(without(chip, requestOf(plan)), chip),
    element("span", { class: "unseen" }, "Remove and ask again: "),
    element("bdi", {}, chip.text),
    element("span", { class: "cross", "aria-hidden": "true" }, "×"),
  );
}

function without(chip, asked) {
  const rest = { ...asked };
  if (chip.name === "order") rest.order = "relevance";
  else if (chip.listed) rest[chip.name] = rest[chip.name].filter((value) => value !== chip.value);
  else if (chip.name) delete rest[chip.name];
  if (chip.ignore) rest.ignore = [...new Set([...(rest.ignore ?? []), chip.ignore])];
  return rest;
}

/** Whether a period is only the limit that a chip of its own shows. */
function isLimit({ first, last }, { since = null, until = null }) {
  return (first ?? since) === since && (last ?? until) === until;
}

function periodInWords({ first, last }, words) {
  if (first && last) return words.span(first, last);
  return words.tell(first ? "from {day}" : "until {day}", { day: words.day(first ?? last) });
}
