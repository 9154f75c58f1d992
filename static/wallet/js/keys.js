// Labels, contexts and derived secrets. A label is never used for two purposes.

import { exactly, joined, sha256, unsigned, utf8 } from "./bytes.js";
import { CodeError } from "./errors.js";
import { ADF, DEVICE_REF_LENGTH, KEY_LENGTH, POS_TAG_LENGTH, REALM_LENGTH } from "./layout.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {typeof LABELS[number]} Label */

export const PIN_ITERATIONS = 600_000;
const PIN = /^[0-9]{4,12}$/;

// Those of the whole list that a phone uses.
const LABELS = /** @type {const} */ ([
  ...["code seal", "code pin", "code sig"],
  ...["pin kdf", "pin key", "pin set", "pin change", "pin session", "pin consent"],
  ...["pos", "enrol", "handover", "request", "step-up", "realm", "receipt", "stop"],
]);

/**
 * Return the label as every message begins: "mpay/v1 " label 00.
 * @param {Label} label
 */
export function tagged(label) {
  return utf8(`mpay/v1 ${label}\0`);
}

/**
 * Return the tagged label followed by the 16 bytes of the realm.
 * @param {Label} label
 * @param {Bytes} realm
 */
export function inRealm(label, realm) {
  return joined(tagged(label), exactly(REALM_LENGTH, realm, "realm"));
}

/**
 * Return X(label): what binds seal, proof and signature to realm, format version and server key.
 * @param {Label} label
 * @param {Bytes} realm
 * @param {number} kid
 */
export function codeContext(label, realm, kid) {
  return joined(inRealm(label, realm), ADF, unsigned(1, kid, "kid"));
}

/**
 * Return P. Slow on purpose (600000 rounds); raise `malformed` unless the PIN is 4 to 12 ASCII digits.
 * @param {string} pin
 * @param {{realm: Bytes, deviceRef: Bytes}} phone
 * @returns {Promise<Bytes>}
 */
export async function stretchPin(pin, { realm, deviceRef }) {
  if (!PIN.test(pin)) throw new CodeError("malformed", "a PIN has 4 to 12 digits");
  const salt = joined(inRealm("pin kdf", realm), exactly(DEVICE_REF_LENGTH, deviceRef, "device_ref"));
  const secret = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: PIN_ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(how, secret, 8 * KEY_LENGTH));
}

/**
 * Return K_pin from the phone's own key and P; neither alone is enough to test a guess.
 * @param {CryptoKey} kDev a non-extractable HMAC key
 * @param {Bytes} stretchedPin
 * @returns {Promise<Bytes>}
 */
export async function deriveKPin(kDev, stretchedPin) {
  return keyed(kDev, joined(tagged("pin key"), exactly(KEY_LENGTH, stretchedPin, "stretched PIN")));
}

/**
 * Return the three bytes that bind a code to the till with this public id (`til_...`).
 * @param {{realm: Bytes, tillId: string}} till
 * @returns {Promise<Bytes>}
 */
export async function posTag({ realm, tillId }) {
  if (!/^[\x00-\x7f]*$/.test(tillId)) throw new CodeError("malformed", "a till id is ASCII");
  return (await sha256(joined(inRealm("pos", realm), utf8(tillId)))).slice(0, POS_TAG_LENGTH);
}

/**
 * Return K_pin or K_dev as a key that only answers, and tells itself to nobody.
 * @param {Bytes} secret
 */
export async function hmacKey(secret) {
  const how = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", exactly(KEY_LENGTH, secret, "key"), how, false, ["sign"]);
}

/**
 * Return HMAC-SHA256.
 * @param {CryptoKey} key
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
export async function keyed(key, message) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}
