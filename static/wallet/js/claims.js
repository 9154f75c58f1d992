// What a code says: the 30-byte body, written and parsed.

import { exactly, joined, numberOf, unsigned } from "./bytes.js";
import { BODY_LENGTH, DEVICE_REF_LENGTH, POS_TAG_LENGTH, SYNC_LENGTH } from "./layout.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/**
 * @typedef {object} Claims
 * @property {number} flags see `flagsOf`
 * @property {Bytes} deviceRef
 * @property {number} counter
 * @property {number} issuedAt Unix seconds of the server's clock
 * @property {number} instrument handle, 0 for the default
 * @property {number} fallback handle, 0 for none
 * @property {number} cap minor units, NO_CAP for none
 * @property {Bytes} sync
 * @property {Bytes} posTag
 */

/** How the phone verified its holder. */
export const Verification = Object.freeze({ NONE: 0, PIN: 1, BIOMETRIC: 2 });

/** What the customer shows the code for. */
export const Purpose = Object.freeze({ PAY: 0, RETURN: 1, LOYALTY: 2 });

export const VERIFICATION_MASK = 0x07;
export const MADE_ONLINE = 0x08;
export const TRAINING = 0x10;
export const PURPOSE_SHIFT = 5;

/**
 * Return the flags byte that says this.
 * @param {{verification: number, purpose?: number, madeOnline?: boolean, isTraining?: boolean}} said
 */
export function flagsOf({ verification, purpose = Purpose.PAY, madeOnline = false, isTraining = false }) {
  return verification | (purpose << PURPOSE_SHIFT) | (madeOnline ? MADE_ONLINE : 0) | (isTraining ? TRAINING : 0);
}

/**
 * Return the 30 bytes; raise `malformed` if a value does not fit its field. Reserved flags pass.
 * @param {Claims} claims
 * @returns {Bytes}
 */
export function encodeClaims(claims) {
  return joined(
    unsigned(1, claims.flags, "flags"),
    exactly(DEVICE_REF_LENGTH, claims.deviceRef, "device_ref"),
    unsigned(4, claims.counter, "counter"),
    unsigned(4, claims.issuedAt, "issued_at"),
    unsigned(1, claims.instrument, "instrument"),
    unsigned(1, claims.fallback, "fallback"),
    unsigned(4, claims.cap, "cap"),
    exactly(SYNC_LENGTH, claims.sync, "sync"),
    exactly(POS_TAG_LENGTH, claims.posTag, "pos_tag"),
  );
}

/**
 * Return what 30 bytes say, reserved values included, so that writing them again gives the same bytes.
 * @param {Bytes} body
 * @returns {Claims}
 */
export function decodeClaims(body) {
  exactly(BODY_LENGTH, body, "body");
  return {
    flags: body[0],
    deviceRef: body.slice(1, 9),
    counter: numberOf(body.subarray(9, 13)),
    issuedAt: numberOf(body.subarray(13, 17)),
    instrument: body[17],
    fallback: body[18],
    cap: numberOf(body.subarray(19, 23)),
    sync: body.slice(23, 27),
    posTag: body.slice(27, 30),
  };
}
