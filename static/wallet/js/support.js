// What the browser must be able to do, found out before anybody is told that the phone is enrolled.

import { WalletError } from "./errors.js";
import { hmacKey } from "./keys.js";
import { makeSigningKey, signMessage, verifySignature } from "./signatures.js";

/** @typedef {import("./store.js").Keys} Keys */

/**
 * Return the first thing that this browser lacks, or null: `secure_context`, `crypto`, `storage`, `locks`, `x25519`.
 * @returns {Promise<string | null>}
 */
export async function lacking() {
  if (!globalThis.isSecureContext) return "secure_context";
  if (!globalThis.crypto?.subtle) return "crypto";
  if (!globalThis.indexedDB || !globalThis.BroadcastChannel) return "storage";
  if (!navigator.locks) return "locks";
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
    return null;
  } catch {
    return "x25519";
  }
}

/**
 * Make the phone's two secrets, keep them, and return what the memory gave back: keys that sign and that nobody can
 * read. Raises `keys_not_kept` for a browser that does not keep them, or would hand them out.
 * @param {(keys: Keys) => Promise<Keys>} keep
 * @returns {Promise<Keys>}
 */
export async function makeKeys(keep) {
  try {
    const { privateKey, publicKey } = await makeSigningKey();
    const kept = await keep({ privateKey, publicKey, kDev: await makeKDev() });
    await prove(kept);
    return kept;
  } catch (error) {
    throw new WalletError("keys_not_kept", error instanceof Error ? error.name : "");
  }
}

async function makeKDev() {
  // Made as bytes, because a generated key of this kind would have another length in some browsers.
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const key = await hmacKey(secret);
  secret.fill(0);
  return key;
}

/** @param {Keys} keys */
async function prove({ privateKey, publicKey, kDev }) {
  if (!(privateKey instanceof CryptoKey && kDev instanceof CryptoKey) || privateKey.extractable || kDev.extractable) {
    throw new TypeError("a key that can be read");
  }
  const message = crypto.getRandomValues(new Uint8Array(32));
  if (!(await verifySignature(publicKey, message, await signMessage(privateKey, message)))) {
    throw new TypeError("a key that does not sign");
  }
  await crypto.subtle.sign("HMAC", kDev, message);
}
