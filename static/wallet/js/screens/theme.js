// Light, dark, or as the system has it.

import { chosen, remember } from "./choices.js";

/** @typedef {"system" | "light" | "dark"} Theme */

/** @type {Theme[]} */
export const THEMES = ["system", "light", "dark"];

/** @returns {Theme} */
export function theme() {
  const kept = chosen("theme");
  return THEMES.find((each) => each === kept) ?? "system";
}

/**
 * Look like this from now on.
 * @param {Theme} wanted
 */
export function chooseTheme(wanted) {
  remember("theme", wanted);
  wear();
}

/** Look as it was chosen. */
export function wear() {
  const wanted = theme();
  if (wanted === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}
