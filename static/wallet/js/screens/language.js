// Which language the wallet speaks, and its words.

import { chosen, remember } from "./choices.js";

/** @typedef {typeof import("../words/en.js").words} Words */
/** @typedef {keyof Words} Word */
/** @typedef {"de" | "fr" | "it" | "en"} Language */

/** Each in its own words. @type {Record<Language, string>} */
export const LANGUAGES = { de: "Deutsch", fr: "Français", it: "Italiano", en: "English" };

/** @type {Record<Language, () => Promise<{words: Words}>>} */
const FILES = {
  de: () => import("../words/de.js"),
  fr: () => import("../words/fr.js"),
  it: () => import("../words/it.js"),
  en: () => import("../words/en.js"),
};

/** @type {Words} */
let words;
/** @type {Language} */
let current = "de";

/** The language that is spoken now. */
export function language() {
  return current;
}

/** Say whether somebody chose it, rather than the browser. */
export function isChosen() {
  return isLanguage(chosen("language"));
}

/**
 * Return the first of the browser's languages that we speak, or German.
 * @param {readonly string[]} wanted such as `fr-CH`
 * @returns {Language}
 */
export function firstSpoken(wanted) {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "de";
}

/** Speak what was chosen earlier, else what the browser asks for. */
export async function speakAsKnown() {
  const kept = chosen("language");
  await speak(isLanguage(kept) ? kept : firstSpoken(navigator.languages));
}

/**
 * Speak this language from now on.
 * @param {Language} wanted
 */
export async function speak(wanted) {
  words = (await FILES[wanted]()).words;
  current = wanted;
  document.documentElement.lang = wanted;
}

/**
 * Speak it, and remember it.
 * @param {Language} wanted
 */
export async function choose(wanted) {
  remember("language", wanted);
  await speak(wanted);
}

/**
 * Return a sentence, with its names filled in. A word that has a form for one (`...One`) takes it when `count` is 1.
 * @param {Word} word
 * @param {Record<string, string | number>} [names]
 */
export function say(word, names = {}) {
  const one = /** @type {Word} */ (`${word}One`);
  const text = names.count === 1 && one in words ? words[one] : words[word];
  return text.replaceAll(/\{(\w+)\}/g, (_, name) => String(names[name] ?? ""));
}

/**
 * Return the sentence if there is one of that name.
 * @param {string} word
 * @param {Record<string, string | number>} [names]
 */
export function sayIfKnown(word, names) {
  return word in words ? say(/** @type {Word} */ (word), names) : null;
}

/**
 * @param {unknown} text
 * @returns {text is Language}
 */
export function isLanguage(text) {
  return typeof text === "string" && Object.hasOwn(LANGUAGES, text);
}
