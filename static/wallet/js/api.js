// Every call of the wallet's API, by its name. What the answers hold is written in docs/wallet-api.md.

import { callFile, callJson } from "./caller.js";
import { Refused } from "./errors.js";

/** @typedef {import("./documents.js").Signed} Signed */

/** @typedef {"pending" | "active" | "locked" | "suspended" | "revoked"} DeviceStatus */
/** @typedef {{per_payment: number | null, per_day: number | null, currency: string}} Limits */
/** @typedef {{state: "none" | "set" | "locked", epoch: number, tries_left: number}} PinState */
/**
 * @typedef {object} OwnDevice
 * @property {string} device_id
 * @property {DeviceStatus} status
 * @property {string} server_time
 * @property {number} counter
 * @property {PinState} pin
 * @property {Limits} limits
 */
/**
 * @typedef {object} ListedDevice
 * @property {string} device_id
 * @property {string} name
 * @property {string} platform
 * @property {string} key_protection
 * @property {DeviceStatus} status
 * @property {boolean} is_this_device
 * @property {string} enrolled_at
 * @property {string} [device_ref] what an approval signs
 * @property {string} [public_key] what an approval signs
 */
/**
 * @typedef {object} Instrument
 * @property {number} handle
 * @property {string} kind
 * @property {string} label
 * @property {string} name the customer's own word
 * @property {string} currency
 * @property {string} status
 * @property {boolean} is_default
 */
/** @typedef {{handle: number, kind: string, label: string}} Means */
/**
 * @typedef {object} Decline
 * @property {string} code
 * @property {string} cashier_message
 * @property {string} customer_message
 * @property {string} action
 * @property {number} [tries_left]
 */
/**
 * @typedef {object} Refund
 * @property {string} id
 * @property {"pending" | "succeeded" | "failed"} status
 * @property {number} amount
 * @property {string} currency
 * @property {string} reason
 * @property {string} created_at
 * @property {string | null} ended_at
 */
/**
 * @typedef {object} Payment
 * @property {string} id
 * @property {"processing"|"action_required"|"authorised"|"captured"|"declined"|"cancelled"|"expired"} status
 * @property {number} version
 * @property {number} amount
 * @property {number} tip
 * @property {number} captured
 * @property {number} refunded
 * @property {string} refund_status
 * @property {string} currency
 * @property {string} merchant
 * @property {string} store
 * @property {string} reference
 * @property {Means | null} instrument
 * @property {Means | null} instead_of
 * @property {{type: string, deadline: string, device: string} | null} action
 * @property {Decline | null} decline
 * @property {Refund[]} refunds
 * @property {boolean} training
 * @property {string} created_at
 * @property {string | null} captured_at
 */
/**
 * @typedef {object} WalletEvent
 * @property {number} seq
 * @property {string} type such as `payment.captured`
 * @property {string} at
 * @property {string} [payment]
 * @property {string} [device]
 * @property {string} [refund]
 * @property {number} [handle]
 * @property {string} [effective_at]
 * @property {boolean} [training]
 */
/** @typedef {{token: string, expires_at: string, confirmed_until: string | null, socket_ticket: string}} OpenedSession */
/** @typedef {{id: string, link_url: string, expires_at: string}} Link */
/**
 * @typedef {object} PaymentsQuery
 * @property {string | null} [cursor] the `next_cursor` of the page before
 * @property {number} [limit]
 * @property {string} [q] words, a receipt number, or an amount such as `42.50`
 * @property {string} [status]
 * @property {string} [from] day, such as `2026-11-23`
 * @property {string} [to]
 */
/** @typedef {{customer_id: string, email: string, language: string, status: string, created_at: string}} Me */
/** @typedef {{needsConfirmation?: boolean}} Needs */
/**
 * @template T
 * @typedef {{data: T[], next_cursor: string | number | null}} List
 */
/**
 * @typedef {object} Bearer who brings the token, and hears that one is not taken any more
 * @property {(needs: Needs) => Promise<string>} token
 * @property {(token: string) => void} refused
 */

/** The calls. All raise Refused and NoAnswer; those that need a session take one by themselves. */
export class WalletApi {
  /** @type {Bearer | null} */
  #bearer = null;
  #base;

  /** @param {string} base such as `/api/wallet/v1` */
  constructor(base) {
    this.#base = base.replace(/\/$/, "");
  }

  /**
   * Say who brings the tokens.
   * @param {Bearer} bearer
   */
  carryBy(bearer) {
    this.#bearer = bearer;
  }

  /** @returns {Promise<Signed>} */
  realm() {
    return this.#open("GET", "realm");
  }

  /**
   * @param {{email: string, language: string}} fields
   * @returns {Promise<{}>}
   */
  register(fields) {
    return this.#open("POST", "registrations", fields);
  }

  /**
   * @param {{email: string, code: string}} fields
   * @returns {Promise<{activation_code: string, expires_at: string}>}
   */
  confirmRegistration(fields) {
    return this.#open("POST", "registrations/confirm", fields);
  }

  /** @returns {Promise<{challenge: string}>} one that is good for everybody: enrolment, sessions */
  challenge() {
    return this.#open("POST", "challenges", {});
  }

  /** @returns {Promise<{challenge: string}>} one that is good for this device only */
  ownChallenge() {
    return this.#own("POST", "challenges", {});
  }

  /**
   * @param {{activation_code: string, name: string, platform: string, public_key: string, challenge: string,
   *   proof: string}} fields
   * @returns {Promise<{device_id: string, device_ref: string, certificate: string, sync: string, status: DeviceStatus}>}
   */
  enrol(fields) {
    return this.#open("POST", "devices", fields);
  }

  /**
   * @param {{device_id: string, challenge: string, signature: string, pin_ok?: string}} fields
   * @returns {Promise<OpenedSession>}
   */
  openSession(fields) {
    return this.#open("POST", "sessions", fields);
  }

  /** @returns {Promise<OwnDevice>} */
  device() {
    return this.#own("GET", "device");
  }

  /**
   * @param {{sync: string}} fields
   * @returns {Promise<OwnDevice & {sync: string}>}
   */
  sync(fields) {
    return this.#own("POST", "device/sync", fields);
  }

  /**
   * @param {{kid: number, sealed: string, signature: string}} fields
   * @returns {Promise<{pin: PinState}>}
   */
  setPin(fields) {
    return this.#own("PUT", "device/pin", fields);
  }

  /** @returns {Promise<List<ListedDevice>>} */
  devices() {
    return this.#own("GET", "devices");
  }

  /**
   * @param {string} id
   * @returns {Promise<ListedDevice>}
   */
  lockDevice(id) {
    return this.#own("POST", `devices/${encodeURIComponent(id)}/lock`, {});
  }

  /**
   * @param {string} id
   * @returns {Promise<ListedDevice>}
   */
  unlockDevice(id) {
    return this.#confirmed("POST", `devices/${encodeURIComponent(id)}/unlock`, {});
  }

  /**
   * @param {string} id
   * @param {{isWarningAccepted?: boolean}} [how] for the last device
   * @returns {Promise<ListedDevice>}
   */
  revokeDevice(id, { isWarningAccepted = false } = {}) {
    const fields = isWarningAccepted ? { warning_accepted: true } : {};
    return this.#confirmed("POST", `devices/${encodeURIComponent(id)}/revoke`, fields);
  }

  /**
   * @param {string} id
   * @param {{challenge: string, signature: string}} fields
   * @returns {Promise<ListedDevice>}
   */
  approveDevice(id, fields) {
    return this.#confirmed("POST", `devices/${encodeURIComponent(id)}/approve`, fields);
  }

  /**
   * @param {string} id
   * @param {string} name
   * @returns {Promise<ListedDevice>}
   */
  renameDevice(id, name) {
    return this.#own("POST", `devices/${encodeURIComponent(id)}/rename`, { name });
  }

  /**
   * Return a code for the next phone of the same customer.
   * @returns {Promise<{activation_code: string, qr_text: string, expires_at: string}>}
   */
  handover() {
    return this.#confirmed("POST", "handover", {});
  }

  /** @returns {Promise<List<Instrument>>} */
  instruments() {
    return this.#own("GET", "instruments");
  }

  /**
   * @param {{kind: string, provider?: string}} fields
   * @returns {Promise<Link>}
   */
  linkInstrument(fields) {
    return this.#confirmed("POST", "instruments", fields);
  }

  /**
   * @param {string} link
   * @param {Record<string, string>} returned the parameters that came back from the provider's page
   * @returns {Promise<Instrument>}
   */
  completeLink(link, returned) {
    return this.#confirmed("POST", `instruments/${encodeURIComponent(link)}/complete`, returned);
  }

  /**
   * @param {number} handle
   * @param {string} name
   * @returns {Promise<Instrument>}
   */
  renameInstrument(handle, name) {
    return this.#own("POST", `instruments/${handle}/rename`, { name });
  }

  /**
   * @param {number} handle
   * @returns {Promise<Instrument>}
   */
  makeDefault(handle) {
    return this.#confirmed("POST", `instruments/${handle}/default`, {});
  }

  /**
   * @param {number} handle
   * @returns {Promise<{}>}
   */
  removeInstrument(handle) {
    return this.#confirmed("DELETE", `instruments/${handle}`);
  }

  /**
   * @param {number} after
   * @returns {Promise<List<WalletEvent>>}
   */
  events(after) {
    return this.#own("GET", `events?after=${after}&limit=200`);
  }

  /**
   * @param {PaymentsQuery} [query]
   * @returns {Promise<List<Payment>>}
   */
  payments({ limit = 50, ...wanted } = {}) {
    const said = Object.entries({ ...wanted, limit: String(limit) }).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    );
    return this.#own("GET", `payments?${new URLSearchParams(said)}`);
  }

  /**
   * @param {string} id
   * @returns {Promise<Payment>}
   */
  payment(id) {
    return this.#own("GET", `payments/${encodeURIComponent(id)}`);
  }

  /**
   * @param {string} id
   * @returns {Promise<Signed>}
   */
  receipt(id) {
    return this.#own("GET", `payments/${encodeURIComponent(id)}/receipt`);
  }

  /**
   * @param {string} payment
   * @param {string} refund
   * @returns {Promise<Signed>}
   */
  refundReceipt(payment, refund) {
    return this.#own("GET", `payments/${encodeURIComponent(payment)}/refunds/${encodeURIComponent(refund)}/receipt`);
  }

  /**
   * @param {string} payment
   * @param {{decision: "yes" | "no", signature: string, pin_ok?: string}} fields
   * @returns {Promise<Payment>}
   */
  consent(payment, fields) {
    return this.#own("POST", `consents/${encodeURIComponent(payment)}`, fields);
  }

  /** @returns {Promise<Limits & {at_most: Limits, later: (Limits & {effective_at: string}) | null}>} */
  limits() {
    return this.#own("GET", "limits");
  }

  /**
   * @param {{per_payment?: number, per_day?: number, currency: string}} fields
   * @param {{isRaise: boolean}} how
   * @returns {Promise<Limits & {at_most: Limits, later: (Limits & {effective_at: string}) | null}>}
   */
  setLimits(fields, { isRaise }) {
    return isRaise ? this.#confirmed("PUT", "limits", fields) : this.#own("PUT", "limits", fields);
  }

  /**
   * Return a receipt as a file to keep or to print.
   * @param {"page" | "pdf"} form
   * @param {string} payment
   * @param {string} [refund]
   * @returns {Promise<Blob>}
   */
  receiptFile(form, payment, refund) {
    const of = refund ? `/refunds/${encodeURIComponent(refund)}` : "";
    return this.#carried({}, "GET", `payments/${encodeURIComponent(payment)}${of}/receipt/${form}`, undefined, callFile);
  }

  /** @returns {Promise<Me>} */
  me() {
    return this.#own("GET", "me");
  }

  /**
   * @param {string} language `de`, `fr`, `it` or `en`
   * @returns {Promise<Me>}
   */
  setLanguage(language) {
    return this.#own("PUT", "me", { language });
  }

  /** @returns {Promise<Blob>} everything that the server keeps of the customer, as JSON */
  exportMe() {
    return this.#carried({ needsConfirmation: true }, "GET", "me/export", undefined, callFile);
  }

  /** @returns {Promise<Me>} the account is closed for good */
  closeMe() {
    return this.#confirmed("POST", "me/close", {});
  }

  /**
   * A call that this class does not name yet, for a device with a session.
   * @param {string} method
   * @param {string} path below the base
   * @param {{fields?: Record<string, unknown>} & Needs} [call]
   * @returns {Promise<any>} any: the answer as it comes
   */
  call(method, path, { fields, needsConfirmation = false } = {}) {
    return needsConfirmation ? this.#confirmed(method, path, fields) : this.#own(method, path, fields);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [fields]
   */
  #open(method, path, fields) {
    return callJson(`${this.#base}/${path}`, { method, fields });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [fields]
   */
  #own(method, path, fields) {
    return this.#carried({}, method, path, fields);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [fields]
   */
  #confirmed(method, path, fields) {
    return this.#carried({ needsConfirmation: true }, method, path, fields);
  }

  /**
   * @param {Needs} needs
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [fields]
   * @param {typeof callJson} [call]
   */
  async #carried(needs, method, path, fields, call = callJson) {
    const bearer = this.#bearer;
    if (bearer === null) throw new TypeError("nobody carries tokens");
    const url = `${this.#base}/${path}`;
    const token = await bearer.token(needs);
    try {
      return await call(url, { method, fields, token });
    } catch (error) {
      // The session ended before its time, so nothing was done: once more with a new one.
      if (!(error instanceof Refused && error.status === 401 && error.code === "unauthenticated")) throw error;
      bearer.refused(token);
      return call(url, { method, fields, token: await bearer.token(needs) });
    }
  }
}
