// Where every byte of version 1 lies. Nothing here decides anything.

/** @typedef {import("./bytes.js").Bytes} Bytes */

/** @type {Bytes} */
export const ADF = Uint8Array.of(0xf0, 0x4d, 0x50, 0x41, 0x59, 0x01);

// Everything before the key id: container tags, lengths, ADF name and scheme number never vary in version 1.
/** @type {Bytes} */
export const CONSTANT_PREFIX = Uint8Array.of(
  ...[0x85, 0x05, 0x43, 0x50, 0x56, 0x30, 0x31], // payload format indicator, "CPV01"
  ...[0x61, 0x81, 0xb0], // application template
  ...[0x4f, 0x06, ...ADF],
  ...[0x5a, 0x05, 0x97, 0x56, 0x00, 0x00, 0x07], // scheme number
  ...[0x63, 0x81, 0x9e], // transparent template
  ...[0xc1, 0x81, 0x9b], // sealed blob
);

export const PAYLOAD_LENGTH = 186;
export const ENC_LENGTH = 32;
export const TAG_LENGTH = 16;

export const BODY_LENGTH = 30;
export const PIN_PROOF_LENGTH = 12;
export const SIGNATURE_LENGTH = 64;
export const PLAINTEXT_LENGTH = BODY_LENGTH + PIN_PROOF_LENGTH + SIGNATURE_LENGTH;
export const SEALED_LENGTH = ENC_LENGTH + PLAINTEXT_LENGTH + TAG_LENGTH;

export const REALM_LENGTH = 16;
export const DEVICE_REF_LENGTH = 8;
export const SYNC_LENGTH = 4;
export const POS_TAG_LENGTH = 3;
export const CHALLENGE_LENGTH = 32;
export const DIGEST_LENGTH = 32;
export const KEY_LENGTH = 32;
export const PUBLIC_KEY_LENGTH = 65;

/** @type {Bytes} */
export const NO_PROOF = new Uint8Array(PIN_PROOF_LENGTH);
/** @type {Bytes} */
export const ANY_TILL = new Uint8Array(POS_TAG_LENGTH);
export const NO_CAP = 0xffffffff;
export const LAST_COUNTER = 0xffffffff;
