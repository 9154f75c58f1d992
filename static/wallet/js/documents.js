// Signed documents: verified over the very bytes that came, and never serialised again.

import { fromText } from "./bytes.js";
import { NotGenuine } from "./errors.js";
import { documentMessage } from "./messages.js";
import { fromUuid } from "./ids.js";
import { verifySignature } from "./signatures.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {{document: string, key: string, signature: string}} Signed as it travels */
/** @typedef {{kid: number, suite: string, public_key: string, not_before: string, not_after: string}} CodeKey */
/** @typedef {{id: string, public_key: string, not_before: string, not_after: string}} ReceiptKey */
/** @typedef {{digits: number, digits_min: number, digits_max: number, tries: number, iterations: number}} PinPolicy */

/**
 * @typedef {object} RealmDocument
 * @property {string} realm
 * @property {number} version
 * @property {string} issued_at
 * @property {string} expires_at
 * @property {string} server_time
 * @property {CodeKey[]} code_keys
 * @property {ReceiptKey[]} receipt_keys
 * @property {PinPolicy} pin_policy
 */

/**
 * @typedef {object} ReceiptDocument
 * @property {"payment" | "refund"} kind
 * @property {string} payment
 * @property {string} [refund]
 * @property {number} version
 * @property {string} device_ref
 * @property {string} merchant
 * @property {string} vat_number
 * @property {string} store
 * @property {string[]} address
 * @property {string} till
 * @property {string} cashier
 * @property {string} reference
 * @property {number} amount
 * @property {string} currency
 * @property {number} [tip]
 * @property {{kind: string, label: string} | null} instrument
 * @property {{name: string, quantity: string, amount: number, vat_rate_basis_points: number}[]} [lines]
 * @property {{rate_basis_points: number, gross: number, vat: number}[]} [vat]
 * @property {string} time
 * @property {boolean} training
 * @property {string} [reason]
 * @property {number} [paid]
 * @property {number} [refunded]
 */

/**
 * Return what the document says, once the key proves it. Raises NotGenuine.
 * @param {Signed} signed
 * @param {{label: "realm" | "receipt" | "stop", realm: Bytes, publicKey: Bytes}} by
 * @returns {Promise<Record<string, any>>} any: each kind of document has its own shape
 */
export async function verified(signed, { label, realm, publicKey }) {
  let document, signature;
  try {
    [document, signature] = [fromText(signed.document), fromText(signed.signature)];
  } catch {
    throw new NotGenuine("not a signed document");
  }
  const message = await documentMessage(label, { realm, document });
  if (!(await verifySignature(publicKey, message, signature))) {
    throw new NotGenuine(`the signature of the ${label} is wrong`);
  }
  return parsed(document);
}

/**
 * Return the realm document, once the root proves it and it may replace what is known. Raises NotGenuine for another
 * realm, a lower version, and one that has expired by `now` (Unix seconds of the server's clock) as an update.
 *
 * A document that is kept already goes on without this after its expiry, until its code keys end.
 * @param {Signed} signed
 * @param {{realm: Bytes, rootKey: Bytes, knownVersion: number, now: number}} against
 * @returns {Promise<RealmDocument>}
 */
export async function verifiedRealm(signed, { realm, rootKey, knownVersion, now }) {
  const document = /** @type {RealmDocument} */ (
    await verified(signed, { label: "realm", realm, publicKey: rootKey })
  );
  // The signature covers the realm's id already; a document that contradicts itself is not used either.
  if (!isSameRealm(document.realm, realm)) throw new NotGenuine("the document of another realm");
  if (document.version < knownVersion) throw new NotGenuine("an older document than ours");
  const expiry = secondsOf(document.expires_at);
  if (!(expiry > now && expiry > secondsOf(document.server_time))) throw new NotGenuine("a document that has expired");
  return document;
}

/**
 * Return the receipt of this payment, once one of the realm's receipt keys proves it. Raises NotGenuine.
 * @param {Signed} signed
 * @param {{realm: Bytes, keys: ReceiptKey[], paymentId: string, refundId?: string}} asked
 * @returns {Promise<ReceiptDocument>}
 */
export async function verifiedReceipt(signed, { realm, keys, paymentId, refundId }) {
  const key = keys.find((each) => each.id === signed.key);
  if (!key) throw new NotGenuine("signed with a key that is not in the realm document");
  const publicKey = fromText(key.public_key);
  const receipt = /** @type {ReceiptDocument} */ (await verified(signed, { label: "receipt", realm, publicKey }));
  if (receipt.payment !== paymentId || receipt.refund !== refundId) throw new NotGenuine("the receipt of another payment");
  return receipt;
}

/**
 * Return an RFC 3339 time as Unix seconds; NaN for anything else.
 * @param {string} text
 */
export function secondsOf(text) {
  return Date.parse(text) / 1000;
}

/** @param {Bytes} document */
function parsed(document) {
  try {
    // Fatal: a decoder that repairs would show something else than what was signed.
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(document));
    if (found !== null && typeof found === "object" && !Array.isArray(found)) return found;
  } catch {
    // Signed, and yet not JSON: told like any other thing that is no document.
  }
  throw new NotGenuine("not a JSON object");
}

/**
 * @param {string} text
 * @param {Bytes} realm
 */
function isSameRealm(text, realm) {
  try {
    return fromUuid(text).every((byte, index) => byte === realm[index]);
  } catch {
    return false;
  }
}
