// Codes that people type, scan or follow a link to.

const LENGTH = 16;
const GROUP = 4;
const DIGITS = /^[0-9A-HJKMNP-TV-Z]*$/;

/**
 * Return an activation code as the letter prints it, as far as it was typed: capitals in groups of four, O read as 0, I
 * and L as 1. Signs that are in no code stay, so that whoever typed them sees them.
 * @param {string} typed
 */
export function groupedCode(typed) {
  const plain = typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return (plain.match(/.{1,4}/gu) ?? []).join("-");
}

/**
 * Say whether it is a whole activation code; whether it is a right one, only the server knows.
 * @param {string} typed
 */
export function isWholeCode(typed) {
  const plain = groupedCode(typed).replaceAll("-", "");
  return plain.length === LENGTH && DIGITS.test(plain);
}

/**
 * Return the activation code inside what a camera read or a link carried, grouped, or null: the bare code, or an address
 * with `activate=`.
 * @param {string} text
 */
export function codeIn(text) {
  const found = /[#&?/]activate=([^&#]+)/.exec(text)?.[1] ?? text;
  let plain = found;
  try {
    plain = decodeURIComponent(found);
  } catch {
    // No address: taken as it stands.
  }
  return isWholeCode(plain) ? groupedCode(plain) : null;
}

/** How long a grouped code is, for the field that takes it. */
export const GROUPED_LENGTH = LENGTH + LENGTH / GROUP - 1;

/**
 * Return the digits of a mailed code, with a blank between two groups of four, as far as they were typed.
 * @param {string} typed
 */
export function groupedDigits(typed) {
  return (typed.replaceAll(/\D/g, "").match(/.{1,4}/g) ?? []).join(" ");
}
