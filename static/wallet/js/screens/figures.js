// Amounts, rates and times as people in Switzerland read and type them, the same in all four languages.

const NO_BREAK = "\u00a0";
const THOUSANDS = "\u2019";
/** Where the shops are. */
const ZONE = "Europe/Zurich";

/**
 * Return how many digits the minor units of a currency have.
 * @param {string} currency
 */
export function minorDigits(currency) {
  const how = new Intl.NumberFormat("en", { style: "currency", currency });
  return how.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * Return the bare amount: 1’234.50.
 * @param {number} minor
 * @param {string} currency
 */
export function figure(minor, currency) {
  const digits = minorDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = digits ? text.slice(0, -digits) : text;
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, THOUSANDS);
  return `${minor < 0 ? "-" : ""}${grouped}${digits ? `.${text.slice(-digits)}` : ""}`;
}

/**
 * Return an amount with its currency: CHF 1’234.50.
 * @param {number} minor
 * @param {string} currency
 */
export function money(minor, currency) {
  return `${currency}${NO_BREAK}${figure(minor, currency)}`;
}

/**
 * Return the minor units that somebody typed, or null if it is no amount: a point or a comma, and any thousands sign.
 * @param {string} typed
 * @param {string} currency
 */
export function readAmount(typed, currency) {
  const plain = typed.replaceAll(/[\s'’\u00a0]/g, "").replace(currency, "").replace(",", ".");
  const digits = minorDigits(currency);
  const found = /^(\d{1,9})(?:\.(\d*))?$/.exec(plain);
  if (!found || (found[2] ?? "").length > digits) return null;
  return Number(found[1] + (found[2] ?? "").padEnd(digits, "0"));
}

/**
 * Return a rate: 8.1 %.
 * @param {number} basisPoints
 */
export function rate(basisPoints) {
  return `${Number((basisPoints / 100).toFixed(2))}${NO_BREAK}%`;
}

/**
 * Return how many, without zeros that say nothing: 1.25.
 * @param {string} quantity
 */
export function quantity(quantity) {
  return quantity.includes(".") ? quantity.replace(/\.?0+$/, "") : quantity;
}

/**
 * Return the moment as a clock on the wall showed it: 23.11.2026, 16:05.
 * @param {string} rfc3339
 */
export function moment(rfc3339) {
  const parts = partsOf(rfc3339);
  return `${parts.day}.${parts.month}.${parts.year}, ${parts.hour}:${parts.minute}`;
}

/**
 * Return the time of day: 16:05.
 * @param {string} rfc3339
 */
export function clock(rfc3339) {
  const parts = partsOf(rfc3339);
  return `${parts.hour}:${parts.minute}`;
}

/**
 * Return the day in the shops' time as 2026-11-23.
 * @param {string | number} when RFC 3339, or milliseconds
 */
export function dayOf(when) {
  const parts = partsOf(when);
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/**
 * Return a day in words: Montag, 23. November 2026.
 * @param {string} day as 2026-11-23
 * @param {string} language
 */
export function dayInWords(day, language) {
  const how = new Intl.DateTimeFormat(`${language}-CH`, { dateStyle: "full", timeZone: "UTC" });
  return how.format(new Date(`${day}T12:00:00Z`));
}

/** @param {string | number} when */
function partsOf(when) {
  /** @type {Record<string, string>} */
  const parts = {};
  const how = /** @type {const} */ ({ day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const format = new Intl.DateTimeFormat("en-GB", { ...how, hourCycle: "h23", timeZone: ZONE });
  for (const { type, value } of format.formatToParts(new Date(when))) parts[type] = value;
  return parts;
}
