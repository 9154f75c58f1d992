// What phone and server sign, seal and prove to each other besides codes, byte for byte.

import { exactly, joined, sha256, unsigned, utf8 } from "./bytes.js";
import { CodeError } from "./errors.js";
import { codeContext, inRealm, keyed, tagged } from "./keys.js";
import { CHALLENGE_LENGTH, DEVICE_REF_LENGTH, DIGEST_LENGTH, KEY_LENGTH, PUBLIC_KEY_LENGTH } from "./layout.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {{realm: Bytes, deviceRef: Bytes, challenge: Bytes}} Asked what a session proves */

const CURRENCY = /^[A-Z]{3}$/;
/** Instead of a proof, for the first PIN of a device. @type {Bytes} */
export const NO_OLD_PROOF = new Uint8Array(32);

/**
 * Return an activation code as it is hashed: capitals, no blanks or hyphens, O read as 0, I and L as 1.
 * @param {string} activationCode
 */
export function normalForm(activationCode) {
  const plain = activationCode.toUpperCase().replaceAll(/[\s-]/g, "");
  return plain.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

/**
 * Return what a new phone signs.
 * @param {{realm: Bytes, challenge: Bytes, activationCode: string, publicKey: Bytes}} enrolment
 */
export async function enrolMessage({ realm, challenge, activationCode, publicKey }) {
  return joined(
    inRealm("enrol", realm),
    exactly(CHALLENGE_LENGTH, challenge, "challenge"),
    await sha256(utf8(normalForm(activationCode))),
    exactly(PUBLIC_KEY_LENGTH, publicKey, "public key"),
  );
}

/**
 * Return what a phone signs to open a session.
 * @param {Asked} asked
 */
export function sessionMessage({ realm, ...rest }) {
  return joined(inRealm("request", realm), deviceAndChallenge(rest));
}

/**
 * Return the proof of the PIN that makes a session a confirmed one.
 * @param {CryptoKey} kPin
 * @param {Asked} asked
 */
export async function sessionPinOk(kPin, { realm, ...rest }) {
  return keyed(kPin, joined(inRealm("pin session", realm), deviceAndChallenge(rest)));
}

/**
 * Return the HPKE info for sealing a PIN setting.
 * @param {{realm: Bytes, kid: number, deviceRef: Bytes}} phone
 */
export function pinSetInfo({ realm, kid, deviceRef }) {
  return joined(codeContext("pin set", realm, kid), exactly(DEVICE_REF_LENGTH, deviceRef, "device_ref"));
}

/**
 * Return the 100 bytes to be sealed.
 * @param {{pinEpoch: number, kPin: Bytes, challenge: Bytes, oldProof: Bytes}} setting
 */
export function packPinSetting({ pinEpoch, kPin, challenge, oldProof }) {
  return joined(
    unsigned(4, pinEpoch, "pin_epoch"),
    exactly(KEY_LENGTH, kPin, "K_pin"),
    exactly(CHALLENGE_LENGTH, challenge, "challenge"),
    exactly(DIGEST_LENGTH, oldProof, "old_proof"),
  );
}

/**
 * Return what the phone signs over the sealed setting (enc and ct).
 * @param {{realm: Bytes, sealed: Bytes}} setting
 */
export async function pinSetMessage({ realm, sealed }) {
  return joined(inRealm("pin set", realm), await sha256(sealed));
}

/**
 * Return old_proof: that whoever sets the new PIN knows the old one. The one message without the realm.
 * @param {CryptoKey} oldKPin
 * @param {{newKPin: Bytes, challenge: Bytes}} change
 */
export async function pinChangeProof(oldKPin, { newKPin, challenge }) {
  const digest = await sha256(exactly(KEY_LENGTH, newKPin, "K_pin"));
  return keyed(oldKPin, joined(tagged("pin change"), exactly(CHALLENGE_LENGTH, challenge, "challenge"), digest));
}

/**
 * Return what signature and pin_ok of a consent share.
 * @param {object} shown as the customer saw it
 * @param {Bytes} shown.deviceRef
 * @param {Bytes} shown.paymentId the UUID's 16 bytes
 * @param {number} shown.amountMinor
 * @param {string} shown.currency
 * @param {string} shown.merchant
 * @param {boolean} shown.isYes
 */
export async function consentContent({ deviceRef, paymentId, amountMinor, currency, merchant, isYes }) {
  if (!CURRENCY.test(currency)) throw new CodeError("malformed", "a currency is three capitals");
  return joined(
    exactly(DEVICE_REF_LENGTH, deviceRef, "device_ref"),
    exactly(16, paymentId, "payment id"),
    unsigned(8, amountMinor, "amount"),
    utf8(currency),
    await sha256(utf8(merchant)),
    Uint8Array.of(isYes ? 1 : 0),
  );
}

/**
 * Return what the phone signs to decide about a payment; `content` comes from `consentContent`.
 * @param {{realm: Bytes, content: Bytes}} decision
 */
export function stepUpMessage({ realm, content }) {
  return joined(inRealm("step-up", realm), content);
}

/**
 * Return the proof of the PIN that a yes adds.
 * @param {CryptoKey} kPin
 * @param {{realm: Bytes, content: Bytes}} decision
 */
export async function consentPinOk(kPin, { realm, content }) {
  return keyed(kPin, joined(inRealm("pin consent", realm), content));
}

/**
 * Return what the old phone signs to approve the new one.
 * @param {{realm: Bytes, oldDeviceRef: Bytes, newDeviceRef: Bytes, newPublicKey: Bytes, challenge: Bytes}} approval
 */
export async function handoverMessage({ realm, oldDeviceRef, newDeviceRef, newPublicKey, challenge }) {
  return joined(
    inRealm("handover", realm),
    exactly(DEVICE_REF_LENGTH, oldDeviceRef, "old device_ref"),
    exactly(DEVICE_REF_LENGTH, newDeviceRef, "new device_ref"),
    await sha256(exactly(PUBLIC_KEY_LENGTH, newPublicKey, "public key")),
    exactly(CHALLENGE_LENGTH, challenge, "challenge"),
  );
}

/**
 * Return what is signed over the exact UTF-8 bytes of a document.
 * @param {"realm" | "receipt" | "stop"} label
 * @param {{realm: Bytes, document: Bytes}} signed
 */
export async function documentMessage(label, { realm, document }) {
  return joined(inRealm(label, realm), await sha256(document));
}

/**
 * Return the two fields that every session message ends with.
 * @param {{deviceRef: Bytes, challenge: Bytes}} asked
 */
function deviceAndChallenge({ deviceRef, challenge }) {
  return joined(
    exactly(DEVICE_REF_LENGTH, deviceRef, "device_ref"),
    exactly(CHALLENGE_LENGTH, challenge, "challenge"),
  );
}
