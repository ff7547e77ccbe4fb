import { lastDay } from "./dates.js";
import { count, drawn, element, placed } from "./dom.js";

const MOST_OUTLETS = 12; // with a row of their own
const MOST_MONTHS = 120; // beyond, a bar is a year
const TALL = 100;

/**
 * Articles by outlet and month as one small chart: a row an outlet, a bar a month, one scale for all.
 * `choose({outlet, since, until})` is called for a bar that is pressed; the form below does the same by keyboard.
 */
export function holdingsChart(holdings, choose) {
  const dated = holdings.filter(({ month }) => month);
  if (!dated.length) return null;
  const rows = rowsOf(holdings);
  const periods = periodsOf(dated.map(({ month }) => month));
  const most = Math.max(...rows.flatMap((row) => periods.map((period) => articlesIn(row, period))));
  return element(
    "figure",
    { class: "holdings" },
    element("figcaption", {}, caption(periods, most)),
    element("div", { class: "rows", "aria-hidden": "true" }, rows.map((row) => rowNode(row, periods, most, choose)), axis(periods)),
    element("details", {}, element("summary", {}, "The same as a table"), table(rows, periods)),
  );
}

/** The outlets with the most articles, and what is left of the others in one row. */
function rowsOf(holdings) {
  const outlets = Map.groupBy(holdings, ({ outlet }) => outlet);
  const rows = [...outlets].map(([outlet, held]) => ({ outlet, name: outlet ?? "Outlet unknown", held })).sort((a, b) => total(b) - total(a));
  const rest = rows.slice(MOST_OUTLETS);
  if (rest.length < 2) return rows;
  return [...rows.slice(0, MOST_OUTLETS), { outlet: null, name: `${rest.length} other outlets`, held: rest.flatMap(({ held }) => held) }];
}

/** Every month from the first to the last, or every year where those would be too many, as `{first, last, label}`. */
function periodsOf(months) {
  const sorted = [...new Set(months)].sort();
  const [from, to] = [sorted[0], sorted.at(-1)].map((month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1);
  const step = to - from >= MOST_MONTHS ? 12 : 1;
  const start = step === 12 ? from - (from % 12) : from;
  const periods = [];
  for (let at = start; at <= to; at += step) {
    const label = step === 12 ? `${Math.floor(at / 12)}` : monthName(at);
    periods.push({ first: monthOf(at), last: monthOf(at + step - 1), label });
  }
  return periods;
}

function rowNode(row, periods, most, choose) {
  const undated = row.held.filter(({ month }) => !month).reduce((sum, { articles }) => sum + articles, 0);
  return element(
    "div",
    { class: "row" },
    element("span", { class: "outlet", dir: "auto" }, row.name),
    drawn(
      "svg",
      { viewBox: `0 0 ${periods.length} ${TALL}`, preserveAspectRatio: "none" },
      periods.flatMap((period, at) => bar(row, period, at, most, choose)),
    ),
    element("span", { class: "total" }, `${total(row).toLocaleString("en-GB")}${undated ? ` (${undated} undated)` : ""}`),
  );
}

function bar(row, period, at, most, choose) {
  const articles = articlesIn(row, period);
  if (!articles) return [];
  const height = Math.max((articles / most) * TALL, 6);
  const room = drawn(
    "rect",
    { class: "room", x: at, y: 0, width: 1, height: TALL },
    drawn("title", {}, `${row.name}, ${period.label}: ${count(articles, "article")}`),
  );
  room.addEventListener("click", () => choose({ outlet: row.outlet, since: `${period.first}-01`, until: lastDay(period.last) }));
  return [room, drawn("rect", { class: "bar", x: at + 0.1, y: TALL - height, width: 0.8, height })];
}

function axis(periods) {
  const years = [...new Set(periods.map(({ first }) => first.slice(0, 4)))];
  const step = Math.ceil(years.length / 8);
  const marks = years
    .filter((_, index) => index % step === 0)
    .map((year) => placed(element("span", {}, year), { at: periods.findIndex(({ first }) => first.startsWith(year)) / periods.length }));
  return element("div", { class: "axis" }, marks);
}

function table(rows, periods) {
  const years = [...new Set(periods.map(({ first }) => first.slice(0, 4)))];
  const cells = (row) => years.map((year) => sum(row.held.filter(({ month }) => month?.startsWith(year))));
  const head = ["Outlet", ...years, "Undated", "All"].map((name) => element("th", { scope: "col" }, name));
  const body = rows.map((row) => {
    const numbers = [...cells(row), sum(row.held.filter(({ month }) => !month)), total(row)];
    return element("tr", {}, element("th", { scope: "row", dir: "auto" }, row.name), numbers.map((number) => element("td", {}, number || "–")));
  });
  return element(
    "div",
    { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Articles by outlet and year" },
    element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, body)),
  );
}

function caption(periods, most) {
  const unit = periods[0].first === periods[0].last ? "month" : "year";
  return `Articles by ${unit} of publication; the tallest bar is ${count(most, "article")}`;
}

function articlesIn({ held }, { first, last }) {
  return sum(held.filter(({ month }) => month && first <= month && month <= last));
}

function total({ held }) {
  return sum(held);
}

function sum(held) {
  return held.reduce((all, { articles }) => all + articles, 0);
}

function monthOf(index) {
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

function monthName(index) {
  const day = new Date(Date.UTC(Math.floor(index / 12), index % 12));
  return day.toLocaleDateString("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });
}
