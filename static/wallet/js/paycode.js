// From claims to the text of a code: the body, the proof of the PIN, the device's signature, the seal, the container.

import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";

import { exactly, joined, toBase64, unsigned } from "./bytes.js";
import { Verification, VERIFICATION_MASK, encodeClaims } from "./claims.js";
import { CodeError } from "./errors.js";
import { codeContext, keyed } from "./keys.js";
import { BODY_LENGTH, CONSTANT_PREFIX, NO_PROOF, PIN_PROOF_LENGTH, SEALED_LENGTH, SIGNATURE_LENGTH } from "./layout.js";
import { signMessage } from "./signatures.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./claims.js").Claims} Claims */

export const SUITE = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM);

/**
 * Return the text of a fresh code. `serverKey` is the 32-byte public half of `kid`.
 *
 * `kPin` is not used when the claims say that nobody was verified, and required otherwise. The counter must have been
 * committed to durable storage before this is called.
 * @param {Claims} claims
 * @param {{realm: Bytes, kid: number, serverKey: Bytes, deviceKey: CryptoKey, kPin: CryptoKey | null}} keys
 * @returns {Promise<string>}
 */
export async function makeCode(claims, { realm, kid, serverKey, deviceKey, kPin }) {
  const body = encodeClaims(claims);
  let proof = NO_PROOF;
  if ((claims.flags & VERIFICATION_MASK) !== Verification.NONE) {
    if (kPin === null) throw new CodeError("malformed", "a verified code needs K_pin");
    proof = await makePinProof(body, { kPin, realm, kid });
  }
  const signature = await signMessage(deviceKey, codeMessage(body, { realm, kid }));
  const sealed = await seal(packPlaintext(body, proof, signature), {
    serverKey,
    info: codeContext("code seal", realm, kid),
  });
  return writeText(kid, sealed);
}

/**
 * Return the 12 bytes that only the right PIN on the right phone gives.
 * @param {Bytes} body
 * @param {{kPin: CryptoKey, realm: Bytes, kid: number}} keys
 */
export async function makePinProof(body, { kPin, realm, kid }) {
  const message = joined(codeContext("code pin", realm, kid), exactly(BODY_LENGTH, body, "body"));
  return (await keyed(kPin, message)).slice(0, PIN_PROOF_LENGTH);
}

/**
 * Return what the device signs. The proof is not in it, so that kept evidence confirms no guessed PIN.
 * @param {Bytes} body
 * @param {{realm: Bytes, kid: number}} context
 */
export function codeMessage(body, { realm, kid }) {
  return joined(codeContext("code sig", realm, kid), exactly(BODY_LENGTH, body, "body"));
}

/**
 * Return the 106 bytes to be sealed.
 * @param {Bytes} body
 * @param {Bytes} pinProof
 * @param {Bytes} signature
 */
export function packPlaintext(body, pinProof, signature) {
  return joined(
    exactly(BODY_LENGTH, body, "body"),
    exactly(PIN_PROOF_LENGTH, pinProof, "pin_proof"),
    exactly(SIGNATURE_LENGTH, signature, "signature"),
  );
}

/**
 * Return enc and ct by HPKE for the server; raise `invalid_key` for a key that is none.
 * @param {Bytes} plaintext
 * @param {{serverKey: Bytes, info: Bytes, suite?: CipherSuite}} how
 * @returns {Promise<Bytes>}
 */
export async function seal(plaintext, { serverKey, info, suite = SUITE }) {
  let parts;
  try {
    parts = await suite.Seal(await suite.DeserializePublicKey(serverKey), plaintext, { info });
  } catch {
    throw new CodeError("invalid_key", "not an X25519 public key");
  }
  return joined(parts.encapsulatedSecret, parts.ciphertext);
}

/**
 * Return the 186 bytes of the container around enc and ct.
 * @param {number} kid
 * @param {Bytes} sealed
 */
export function writePayload(kid, sealed) {
  return joined(CONSTANT_PREFIX, unsigned(1, kid, "kid"), exactly(SEALED_LENGTH, sealed, "sealed blob"));
}

/**
 * Return the 248 characters that the symbol carries.
 * @param {number} kid
 * @param {Bytes} sealed
 */
export function writeText(kid, sealed) {
  return toBase64(writePayload(kid, sealed));
}
