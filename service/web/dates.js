const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
const AGE = new Intl.RelativeTimeFormat("en-GB", { numeric: "always" });
const DAY = 24 * 60 * 60 * 1000;

/** Writes an ISO day as "2 June 2021", or as `write(year, month, day)` does; what is no such day is shown as it came. */
export function longDate(iso, write = () => null) {
  const day = parsed(iso);
  return day ? (write(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()) ?? LONG.format(day)) : iso;
}

/** The ISO day if it is one, for a machine to read; else null. */
export function isoDay(iso) {
  return parsed(iso) ? iso : null;
}

/** Writes the month of an ISO day as "June 2021", or as `write(year, month)` does. */
export function monthYear(iso, write = () => null) {
  const day = parsed(iso);
  return day ? (write(day.getUTCFullYear(), day.getUTCMonth() + 1) ?? MONTH.format(day)) : iso;
}

/** The last day of a month "2021-06", as an ISO day. */
export function lastDay(month) {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

/** Writes a moment as "2 June 2021, 14:05" by the reader's clock; what is no moment is shown as it came. */
export function timeOf(iso) {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : MOMENT.format(moment);
}

/** How long ago an ISO day was, in whole years, else months, else days, as `write(number, unit)` tells it; null where unknown. */
export function age(iso, now = new Date(), write = inEnglish) {
  const day = parsed(iso);
  if (!day) return null;
  const today = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
  const months = wholeMonths(day, today);
  if (Math.abs(months) >= 12) return write(Math.trunc(months / 12), "year");
  if (months !== 0) return write(months, "month");
  return write(Math.round((today - day) / DAY), "day");
}

function inEnglish(number, unit) {
  return number === 0 ? "today" : AGE.format(-number, unit);
}

/** "1 March 2019 to 12 September 2024", or as much of it as is known; null where nothing is. */
export function dateSpan(oldest, newest) {
  if (oldest && newest && oldest !== newest) return `${longDate(oldest)} to ${longDate(newest)}`;
  return oldest || newest ? longDate(oldest || newest) : null;
}

function parsed(iso) {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso ?? "");
  if (!match) return null;
  const [year, month, date] = match.slice(1).map(Number);
  const day = new Date(Date.UTC(year, month - 1, date));
  return day.getUTCMonth() === month - 1 ? day : null;
}

function wholeMonths(from, to) {
  if (from > to) return -wholeMonths(to, from);
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return to.getUTCDate() < from.getUTCDate() ? months - 1 : months;
}
