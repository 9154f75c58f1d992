// P-256 as this platform writes it: 65-byte points, 64-byte signatures, SHA-256.

import { CodeError } from "./errors.js";
import { PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH } from "./layout.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ALGORITHM = { name: "ECDSA", hash: "SHA-256" };
const FIELD_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

/**
 * Return the key of a canonical uncompressed 65-byte P-256 point; raise `invalid_key` for anything else.
 * @param {Bytes} point
 */
export async function parsePublicKey(point) {
  if (point.length !== PUBLIC_KEY_LENGTH || point[0] !== 0x04) {
    throw new CodeError("invalid_key", "not an uncompressed P-256 point");
  }
  // A coordinate has one spelling only.
  if ([point.subarray(1, 33), point.subarray(33)].some((part) => bigNumberOf(part) >= FIELD_PRIME)) {
    throw new CodeError("invalid_key", "coordinate outside the field");
  }
  try {
    return await crypto.subtle.importKey("raw", point, CURVE, true, ["verify"]);
  } catch {
    throw new CodeError("invalid_key", "not on the curve");
  }
}

/**
 * Make a pair whose private half stays inside the browser.
 * @returns {Promise<{privateKey: CryptoKey, publicKey: Bytes}>}
 */
export async function makeSigningKey() {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  return { privateKey: pair.privateKey, publicKey: await exportPublicKey(pair.publicKey) };
}

/**
 * @param {CryptoKey} key
 * @returns {Promise<Bytes>} the 65-byte point
 */
export async function exportPublicKey(key) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

/**
 * Return r and s, 32 bytes each.
 * @param {CryptoKey} privateKey
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
export async function signMessage(privateKey, message) {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, message));
}

/**
 * Say whether the 64-byte signature is right; either of the two s is. Raises `invalid_key` for a bad public key.
 * @param {Bytes} publicKey
 * @param {Bytes} message
 * @param {Bytes} signature
 */
export async function verifySignature(publicKey, message, signature) {
  const key = await parsePublicKey(publicKey);
  if (signature.length !== SIGNATURE_LENGTH) return false;
  return crypto.subtle.verify(ALGORITHM, key, signature, message);
}

/** @param {Uint8Array} bytes */
function bigNumberOf(bytes) {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}
