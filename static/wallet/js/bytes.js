// Bytes as the formats write them: big-endian, in fields of fixed length, as base64 and base64url.

import { CodeError } from "./errors.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * Return the parts one after the other.
 * @param {...Uint8Array} parts
 * @returns {Bytes}
 */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/**
 * Return `value` if it has `length` bytes, else raise `malformed`.
 *
 * Signed messages are plain concatenations: a field of another length would let two messages share their bytes.
 * @param {number} length
 * @param {Uint8Array} value
 * @param {string} name
 * @returns {Bytes}
 */
export function exactly(length, value, name) {
  if (!(value instanceof Uint8Array) || value.length !== length) {
    throw new CodeError("malformed", `${name} must have ${length} bytes`);
  }
  return /** @type {Bytes} */ (value);
}

/**
 * Return `value` big-endian in `length` bytes, or raise `malformed` if it does not fit. Up to eight bytes, of which a
 * number fills 53 bits.
 * @param {number} length
 * @param {number} value
 * @param {string} name
 * @returns {Bytes}
 */
export function unsigned(length, value, name) {
  const most = Math.min(2 ** (8 * length) - 1, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new CodeError("malformed", `${name} does not fit into ${length} bytes`);
  }
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/**
 * Return the UTF-8 bytes; raise `malformed` for half a character, which an encoder would replace without a word.
 * @param {string} text
 * @returns {Bytes}
 */
export function utf8(text) {
  if (!isWellFormed(text)) throw new CodeError("malformed", "not Unicode text");
  return new TextEncoder().encode(text);
}

/** @param {string} text */
function isWellFormed(text) {
  // With the flag u, a pair of surrogates is one character, and only a lone one is in the class.
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Return the number that big-endian bytes say; at most six of them, so that it is exact.
 * @param {Uint8Array} bytes
 * @returns {number}
 */
export function numberOf(bytes) {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/**
 * Return standard Base64 with its padding.
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * Return base64url without padding, as the wallet's API writes binary values.
 * @param {Uint8Array} bytes
 */
export function toText(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Return the bytes of base64url without padding; raise `malformed` for anything but its one spelling.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromText(text) {
  if (typeof text !== "string" || !BASE64URL.test(text) || text.length % 4 === 1) {
    throw new CodeError("malformed", "not base64url");
  }
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(plain, (character) => character.charCodeAt(0));
  if (toText(bytes) !== text) throw new CodeError("malformed", "not canonical base64url");
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {string} lower-case hex
 */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Return the SHA-256 of the bytes.
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>}
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
