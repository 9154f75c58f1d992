// Ids: a UUID inside, a prefix and 26 Crockford digits outside.

import { CodeError } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Return the 16 bytes inside `pay_01m84j...`; raise `malformed` for another prefix or anything not in canonical form.
 * @param {string} prefix such as `pay`
 * @param {string} text
 * @returns {Bytes}
 */
export function fromPublicId(prefix, text) {
  const [head, digits, ...rest] = text.split("_");
  const isShaped = head === prefix && digits?.length === 26 && rest.length === 0;
  if (!isShaped || [...digits].some((digit) => !DIGITS.includes(digit))) {
    throw new CodeError("malformed", `not an id of kind ${prefix}`);
  }
  const number = [...digits].reduce((sum, digit) => sum * 32n + BigInt(DIGITS.indexOf(digit)), 0n);
  // 26 digits hold 130 bits; the two above 128 must be zero, or two texts would name one object.
  if (number >> 128n) throw new CodeError("malformed", `not an id of kind ${prefix}`);
  return bytesOfHex(number.toString(16).padStart(32, "0"));
}

/**
 * Return the 16 bytes of a UUID in its usual, lower-case form.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromUuid(text) {
  if (!UUID.test(text)) throw new CodeError("malformed", "not a UUID");
  return bytesOfHex(text.replaceAll("-", ""));
}

/**
 * @param {string} hex
 * @returns {Bytes}
 */
function bytesOfHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}
