import { age, longDate, monthYear } from "./dates.js";
import { getJson } from "./requests.js";

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"]; // in the order of a catalogue that has them all
const UNITS = { year: ["{count} year ago", "{count} years ago"], month: ["{count} month ago", "{count} months ago"], day: ["{count} day ago", "{count} days ago"] };

/** The words around the quotes of an answer and its days, in one language. */
export class Words {
  #locale;
  #messages;
  #days;
  #months;

  /** Without a catalogue the words are English. */
  constructor({ locale = "en", messages = {}, days = null, months = null } = {}) {
    this.#locale = locale;
    this.#messages = messages;
    this.#days = days;
    this.#months = months;
  }

  /** A message with its places filled. */
  tell(message, places = {}) {
    return filled(this.#messages[message] ?? message, places);
  }

  /** A message around one place that is no plain text, as what stands before it and what stands after. */
  around(message, place) {
    return (this.#messages[message] ?? message).split(`{${place}}`);
  }

  /** A number with its noun. */
  count(one, several, number) {
    const forms = this.#messages[one] ?? [one, several];
    return filled(forms[this.#form(forms.length, number)] ?? several, { count: number.toLocaleString("en-GB") });
  }

  /** Writes an ISO day; what is no such day is shown as it came. */
  day(iso) {
    return longDate(iso, (year, month, day) => this.#days && put(this.#days[month - 1], year, day));
  }

  /** Writes the month of an ISO day. */
  month(iso) {
    return monthYear(iso, (year, month) => this.#months && put(this.#months[month - 1], year));
  }

  /** The first and the last day, or as much of it as is known; null where nothing is. */
  span(oldest, newest) {
    if (oldest && newest && oldest !== newest) return this.tell("{first} to {last}", { first: this.day(oldest), last: this.day(newest) });
    return oldest || newest ? this.day(oldest || newest) : null;
  }

  /** How long ago an ISO day was; null where unknown, or where the language has no words for it. */
  age(iso) {
    if (!this.#days) return age(iso);
    return age(iso, new Date(), (number, unit) => (number > 0 ? this.count(...UNITS[unit], number) : number === 0 ? this.tell("today") : null));
  }

  #form(forms, number) {
    if (forms !== CATEGORIES.length) return Number(number !== 1);
    return CATEGORIES.indexOf(new Intl.PluralRules(this.#locale).select(number));
  }
}

export const ENGLISH = new Words();

const held = new Map([["en", ENGLISH]]);

/** The words of a language: English where there is no catalogue of it, or none could be had. */
export async function wordsOf(locale = "en") {
  if (!held.has(locale)) {
    const catalogue = await getJson(`/static/words/${encodeURIComponent(locale)}.json`).catch(() => null);
    if (!catalogue) return ENGLISH;
    held.set(locale, new Words(catalogue));
  }
  return held.get(locale);
}

/** Puts a year and a day in the place of those that a catalogue writes its dates with. */
function put(written, year, day = "") {
  return written.replace("2222", year).replace("11", day);
}

function filled(message, places) {
  return message.replace(/\{(\w+)\}/g, (place, name) => places[name] ?? place);
}
