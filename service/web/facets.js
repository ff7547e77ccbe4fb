import { lastDay, monthYear } from "./dates.js";
import { element } from "./dom.js";

const SHOWN = 6; // values of a facet before "more"
const NAMES = { outlet: "Outlet", month: "Month", author: "Author", language: "Language" };
const WIDE = window.matchMedia("(min-width: 36rem)");
const LANGUAGES = new Intl.DisplayNames("en-GB", { type: "language", fallback: "code" });

/** What articles have in common, each value a link to those that have it; null where nothing tells them apart. */
export function facetLists(counted, addressOf) {
  const lists = Object.entries(NAMES)
    .filter(([facet]) => counted[facet]?.length > 1)
    .map(([facet, name]) => group(name, counted[facet].map((one) => item(facet, one, addressOf))));
  return lists.length ? element("nav", { class: "facets", "aria-label": "Narrow down" }, lists) : null;
}

function group(name, items) {
  const more = items.splice(SHOWN);
  return element(
    "details",
    { open: WIDE.matches ? "" : null },
    element("summary", {}, name),
    element("ul", {}, items),
    more.length ? element("details", {}, element("summary", {}, `${more.length} more`), element("ul", {}, more)) : null,
  );
}

function item(facet, { value, articles }, addressOf) {
  const limits = facet === "month" ? { since: `${value}-01`, until: lastDay(value) } : { [facet]: value };
  return element("li", {}, element("a", { href: addressOf(limits), dir: "auto" }, named(facet, value)), element("span", { class: "byline" }, ` ${articles.toLocaleString("en-GB")}`));
}

function named(facet, value) {
  if (facet === "month") return monthYear(`${value}-01`);
  if (facet !== "language") return value;
  try {
    return LANGUAGES.of(value);
  } catch {
    return value; // no code that a browser knows the form of
  }
}
