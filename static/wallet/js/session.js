// Sessions with the server: proof of the phone, and for five minutes of the PIN. Tokens are in memory only.

import { fromText, toText } from "./bytes.js";
import { secondsOf } from "./documents.js";
import { Refused, WalletError } from "./errors.js";
import { sessionMessage, sessionPinOk } from "./messages.js";
import { signMessage } from "./signatures.js";

/** @typedef {import("./api.js").WalletApi} WalletApi */
/** @typedef {import("./api.js").OpenedSession} OpenedSession */
/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {{deviceId: string, deviceRef: Bytes, privateKey: CryptoKey, realm: Bytes}} Identity */

// Renewed a little before its time: the clocks of phone and server differ by what the answer took.
const EARLY_SECONDS = 10;
const TICKET_SECONDS = 45;

/** Brings the tokens for `WalletApi`. */
export class Sessions {
  /** @type {OpenedSession | null} */
  #current = null;
  /** @type {Promise<OpenedSession> | null} */
  #opening = null;
  #ticketUntil = 0;
  #api;
  #identity;
  #pins;
  #now;

  /**
   * @param {WalletApi} api
   * @param {() => Promise<Identity>} identity
   * @param {import("./pin.js").PinSession} pins
   * @param {() => number} now Unix seconds of the server's clock
   */
  constructor(api, identity, pins, now) {
    this.#api = api;
    this.#identity = identity;
    this.#pins = pins;
    this.#now = now;
  }

  /**
   * Return a token. A confirmed one needs a PIN that was typed: `pin_needed` without, and it costs a try if it is wrong.
   * @param {import("./api.js").Needs} needs
   * @returns {Promise<string>}
   */
  async token({ needsConfirmation = false }) {
    if (needsConfirmation && !this.isConfirmed) return (await this.confirm()).token;
    if (this.#current && secondsOf(this.#current.expires_at) - EARLY_SECONDS > this.#now()) return this.#current.token;
    // Everybody who asks meanwhile waits for the same one.
    this.#opening ??= this.#open(null).finally(() => (this.#opening = null));
    return (await this.#opening).token;
  }

  /**
   * Hear that a token is not taken any more.
   * @param {string} token
   */
  refused(token) {
    if (this.#current?.token === token) this.#current = null;
  }

  /** Say whether the server knows for now that the holder typed the PIN. */
  get isConfirmed() {
    const until = this.#current?.confirmed_until;
    return Boolean(until && secondsOf(until) - EARLY_SECONDS > this.#now());
  }

  /**
   * Open a confirmed session with the PIN that was typed. What the server calls wrong is forgotten at once, so that no
   * repetition burns a second try. Raises `pin_needed`, and Refused with `pin_wrong` or `pin_locked`.
   */
  async confirm() {
    const { kPin } = this.#pins;
    if (kPin === null) throw new WalletError("pin_needed");
    try {
      return await this.#open(kPin);
    } catch (error) {
      if (error instanceof Refused && ["pin_wrong", "pin_locked"].includes(error.code)) this.#pins.forget();
      throw error;
    }
  }

  /** Return a ticket for one socket. It opens a session of its own, unless the last one's ticket was not used yet. */
  async ticket() {
    const unused = this.#current && this.#ticketUntil > this.#now() ? this.#current.socket_ticket : null;
    this.#ticketUntil = 0;
    if (unused) return unused;
    const opened = await this.#asked(null);
    // The one that is confirmed is worth more than a fresh one.
    if (!this.isConfirmed) this.#current = opened;
    return opened.socket_ticket;
  }

  /** Forget the tokens. */
  forget() {
    this.#current = null;
    this.#ticketUntil = 0;
  }

  /** @param {CryptoKey | null} kPin */
  async #open(kPin) {
    this.#current = await this.#asked(kPin);
    this.#ticketUntil = this.#now() + TICKET_SECONDS;
    return this.#current;
  }

  /**
   * @param {CryptoKey | null} kPin
   * @returns {Promise<OpenedSession>}
   */
  async #asked(kPin) {
    const { deviceId, deviceRef, privateKey, realm } = await this.#identity();
    const challenge = fromText((await this.#api.challenge()).challenge);
    const asked = { realm, deviceRef, challenge };
    const signature = await signMessage(privateKey, sessionMessage(asked));
    const fields = { device_id: deviceId, challenge: toText(challenge), signature: toText(signature) };
    if (kPin === null) return this.#api.openSession(fields);
    return this.#api.openSession({ ...fields, pin_ok: toText(await sessionPinOk(kPin, asked)) });
  }
}
