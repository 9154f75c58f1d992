// Drawing a code: QR in byte mode, level M, always version 11, with its quiet zone.

import { encode } from "uqr";

import { utf8 } from "./bytes.js";
import { CodeError } from "./errors.js";

export const VERSION = 11;
export const MODULES = 61;
export const QUIET_ZONE = 4;

/**
 * Return the dark modules, row by row, without the quiet zone; raise `malformed` for a text that does not fit.
 * @param {string} text
 * @returns {boolean[][]}
 */
export function modulesOf(text) {
  // As bytes, because a text that happens to have capitals and digits only would be written in another mode.
  const bytes = Array.from(utf8(text));
  try {
    const symbol = encode(bytes, { ecc: "M", boostEcc: false, minVersion: VERSION, maxVersion: VERSION, border: 0 });
    return symbol.data;
  } catch {
    throw new CodeError("malformed", "the text does not fit the symbol");
  }
}

/**
 * Return the symbol as the `d` of one SVG path, in a view box of 69 x 69 with the quiet zone inside: one bar for each
 * run of dark modules in a row. Draw it black on white, with `shape-rendering="crispEdges"`.
 * @param {string} text
 */
export function pathOf(text) {
  const bars = modulesOf(text).flatMap((row, y) => runs(row).map(([x, width]) => bar(x, y, width)));
  return bars.join("");
}

/** Side of the view box in modules. */
export const SIDE = MODULES + 2 * QUIET_ZONE;

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 */
function bar(x, y, width) {
  return `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${width}v1h-${width}z`;
}

/**
 * Return where each run of dark modules begins, and how long it is.
 * @param {boolean[]} row
 */
function runs(row) {
  /** @type {[number, number][]} */
  const found = [];
  row.forEach((isDark, x) => {
    const last = found.at(-1);
    if (isDark && last && last[0] + last[1] === x) last[1] += 1;
    else if (isDark) found.push([x, 1]);
  });
  return found;
}
