// The wallet without its screens: one object that enrols, takes the PIN, makes codes, and keeps in touch.

import { WalletApi } from "./api.js";
import { fromText, toText } from "./bytes.js";
import { Purpose, Verification, flagsOf } from "./claims.js";
import { Clock } from "./clock.js";
import { secondsOf, verifiedReceipt, verifiedRealm } from "./documents.js";
import { Refused, WalletError } from "./errors.js";
import { fromPublicId } from "./ids.js";
import { deriveKPin, hmacKey, posTag, stretchPin } from "./keys.js";
import { ANY_TILL, NO_CAP } from "./layout.js";
import { leave } from "./leaving.js";
import * as messages from "./messages.js";
import { makeCode, seal } from "./paycode.js";
import { PinSession, weaknessOf } from "./pin.js";
import { Sessions } from "./session.js";
import { signMessage } from "./signatures.js";
import { LiveLine } from "./socket.js";
import { Store } from "./store.js";
import { lacking, makeKeys } from "./support.js";

/** @typedef {import("./api.js").OwnDevice} OwnDevice */
/** @typedef {import("./api.js").Payment} Payment */
/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./config.js").Config} Config */
/** @typedef {import("./documents.js").ReceiptDocument} ReceiptDocument */
/** @typedef {import("./store.js").Device} Device */
/** @typedef {import("./store.js").KeptRealm} KeptRealm */
/** @typedef {import("./store.js").Root} Root */

/** How long one symbol is shown before the next one is drawn. */
export const REDRAW_SECONDS = 45;
const PLATFORM = "web";
const DEFAULT_PIN_POLICY = { digits: 6, digits_min: 4, digits_max: 12, tries: 3, iterations: 600_000 };

/**
 * @typedef {object} CodeWish
 * @property {number} [instrument] handle, 0 for the default
 * @property {number} [fallback] handle of the second choice, 0 for none
 * @property {number | null} [cap] minor units
 * @property {number} [purpose]
 * @property {boolean} [isTraining]
 * @property {string | null} [tillId]
 */
/** @typedef {{text: string, counter: number, issuedAt: number, redrawAt: number}} Code `redrawAt` in `Date.now()` terms */

/**
 * Dispatches `event` (detail: {event, payment, isFresh}) for each thing that happened, once; `state` when the line comes
 * or goes; `refused` (detail: Refused) when the server lets this device in no more; `gone` when somebody signed out, here
 * or in another window. `wallet.pins` dispatches `end`.
 */
export class Wallet extends EventTarget {
  /** @type {Device | null} */
  #device;
  /** @type {Root} */
  #root;
  /** @type {LiveLine | null} */
  #line = null;
  // Whoever listens hears of one thing after the other, also while a payment is still being fetched.
  #telling = Promise.resolve();
  #isLeaving = false;
  #clock;
  #config;

  /** @param {{config: Config, store: Store, device: Device | null, root: Root | null, offsetSeconds: number}} parts */
  constructor({ config, store, device, root, offsetSeconds }) {
    super();
    this.#config = config;
    this.store = store;
    this.#device = device;
    // What was kept at enrolment counts, whatever the page says now.
    this.#root = root ?? { realm: config.realm, rootKey: config.rootKey };
    this.#clock = new Clock(offsetSeconds);
    this.pins = new PinSession();
    this.api = new WalletApi(config.api);
    this.sessions = new Sessions(this.api, async () => this.#identity(), this.pins, this.#clock.now);
    this.api.carryBy(this.sessions);
    store.addEventListener("gone", () => this.#end());
  }

  /**
   * Open the wallet of this browser, enrolled or not. Raises `not_supported` with what the browser lacks.
   * @param {Config} config
   */
  static async open(config) {
    const lack = await lacking();
    if (lack !== null) throw new WalletError("not_supported", lack);
    const store = await Store.open();
    const [device, root, offset] = await Promise.all([store.device(), store.root(), store.kept("clock_offset")]);
    return new Wallet({ config, store, device, root, offsetSeconds: offset ?? 0 });
  }

  /** Say whether this browser is a phone of somebody. */
  get isEnrolled() {
    return this.#device !== null;
  }

  /** The public side of this device, or null. */
  get device() {
    if (this.#device === null) return null;
    const { deviceId, deviceRef, certificate, name, enrolledAt } = this.#device;
    return { deviceId, deviceRef: toText(deviceRef), certificate, name, enrolledAt };
  }

  /** Unix seconds of the server's clock. */
  get now() {
    return this.#clock.now();
  }

  /** @returns {import("./socket.js").LineState} */
  get lineState() {
    return this.#line?.state ?? "offline";
  }

  /** What the server said about this device at the last contact, or null. @returns {Promise<OwnDevice | null>} */
  async lastState() {
    return this.store.kept("state");
  }

  /** Why this phone makes no codes any more, or null. @returns {Promise<string | null>} */
  async haltedBecause() {
    return this.store.kept("halted");
  }

  async pinPolicy() {
    return (await this.store.realm())?.document.pin_policy ?? DEFAULT_PIN_POLICY;
  }

  /**
   * Make this browser a phone of whoever the activation code belongs to. Raises `enrolled_already`, `keys_not_kept`,
   * NotGenuine, and Refused with `activation_invalid`, `device_limit`.
   * @param {{activationCode: string, name: string}} enrolment
   * @returns {Promise<import("./api.js").DeviceStatus>} `pending` waits for an older device
   */
  async enrol({ activationCode, name }) {
    if (await this.store.device()) throw new WalletError("enrolled_already");
    const root = this.#root;
    const realm = await this.#fetchRealm(0);
    const keys = await makeKeys((fresh) => this.store.keepFreshKeys(fresh));
    const challenge = fromText((await this.api.challenge()).challenge);
    const asked = { realm: root.realm, challenge, activationCode, publicKey: keys.publicKey };
    const proof = await signMessage(keys.privateKey, await messages.enrolMessage(asked));
    const answer = await this.api.enrol({
      ...{ activation_code: activationCode, name, platform: PLATFORM },
      ...{ public_key: toText(keys.publicKey), challenge: toText(challenge), proof: toText(proof) },
    });
    const { device_id: deviceId, certificate, sync, status } = answer;
    const enrolledAt = new Date(this.now * 1000).toISOString();
    const device = { deviceId, deviceRef: fromText(answer.device_ref), keys, certificate, name, enrolledAt };
    await this.store.enrol({ device, root, realm, sync });
    this.#device = device;
    // So that the browser does not throw the keys away when it needs room; a no changes nothing.
    void navigator.storage?.persist?.().catch(() => false);
    return status;
  }

  /**
   * Set the first PIN, or another one with the old. Raises `pin_weak` (detail: `repeat`, `run`, `length`),
   * `pin_set_already`, and Refused with `pin_wrong`, `pin_locked`, `first_pin_refused`.
   * @param {string} pin
   * @param {string | null} [oldPin]
   */
  async setPin(pin, oldPin = null) {
    await this.#checkPin(pin);
    const { keys, deviceRef } = this.#enrolled();
    const { pin: state } = await this.contact();
    if (oldPin === null && state.state !== "none") throw new WalletError("pin_set_already");
    const { kid, serverKey } = await this.#codeKey();
    const challenge = fromText((await this.api.ownChallenge()).challenge);
    const kPin = await this.#derive(pin);
    let oldProof = messages.NO_OLD_PROOF;
    if (oldPin !== null) {
      const oldKPin = await hmacKey(await this.#derive(oldPin));
      oldProof = await messages.pinChangeProof(oldKPin, { newKPin: kPin, challenge });
    }
    const { realm } = this.#root;
    const plaintext = messages.packPinSetting({ pinEpoch: state.epoch + 1, kPin, challenge, oldProof });
    const sealed = await seal(plaintext, { serverKey, info: messages.pinSetInfo({ realm, kid, deviceRef }) });
    const signature = await signMessage(keys.privateKey, await messages.pinSetMessage({ realm, sealed }));
    await this.api.setPin({ kid, sealed: toText(sealed), signature: toText(signature) });
    this.pins.begin(await hmacKey(kPin));
    plaintext.fill(0);
    kPin.fill(0);
  }

  /**
   * Take a typed PIN and remember it for 180 seconds. Nobody can say here whether it is right; works without a network.
   * @param {string} pin
   */
  async typePin(pin) {
    const kPin = await this.#derive(pin);
    this.pins.begin(await hmacKey(kPin));
    kPin.fill(0);
  }

  /**
   * Make a fresh code with the PIN that was typed. Raises `pin_needed`, `no_code_key`, `counter_exhausted`,
   * `signed_out`, and what `haltedBecause` says.
   *
   * The counter is on the disk before the code exists. Works without a network.
   * @param {CodeWish} [wish]
   * @returns {Promise<Code>}
   */
  async makeCode({ instrument = 0, fallback = 0, cap = null, purpose = Purpose.PAY, isTraining = false, tillId = null } = {}) {
    const { deviceId, deviceRef, keys } = this.#enrolled();
    const { kPin } = this.pins;
    if (kPin === null) throw new WalletError("pin_needed");
    const halted = await this.haltedBecause();
    if (halted !== null) throw new WalletError(halted);
    const { realm } = this.#root;
    const { kid, serverKey } = await this.#codeKey();
    const tag = tillId === null ? ANY_TILL : await posTag({ realm, tillId });
    const { counter, sync } = await this.store.takeNumber(deviceId);
    const issuedAt = Math.floor(this.now);
    const claims = {
      flags: flagsOf({ verification: Verification.PIN, purpose, madeOnline: this.lineState === "live", isTraining }),
      ...{ deviceRef, counter, issuedAt, instrument, fallback },
      ...{ cap: cap ?? NO_CAP, sync: fromText(sync), posTag: tag },
    };
    const text = await makeCode(claims, { realm, kid, serverKey, deviceKey: keys.privateKey, kPin });
    return { text, counter, issuedAt, redrawAt: Date.now() + REDRAW_SECONDS * 1000 };
  }

  /**
   * Ask the server for this device's state, and learn its time. Also for a pending device.
   * @returns {Promise<OwnDevice>}
   */
  async contact() {
    return this.#learn(() => this.api.device());
  }

  /**
   * Do what a phone does whenever it has a network: exchange the tag, fetch keys, instruments. Raises `counter_behind`
   * when the server has seen codes that this phone did not make; from then on it makes none.
   * @returns {Promise<OwnDevice>}
   */
  async refresh() {
    const { deviceId } = this.#enrolled();
    const state = await this.#learn(() => this.#exchangeTag(deviceId));
    // Read after the answer: a code that was made meanwhile is in it.
    const own = await this.store.numbers();
    if (own && state.counter > own.counter) await this.#halt(deviceId);
    await this.#fetchRealm((await this.store.realm())?.document.version ?? 0).then((realm) => this.store.keepRealm(realm));
    await this.instruments();
    return state;
  }

  /** Fetch the means of payment, and keep them for the time without a network. */
  async instruments() {
    const { data } = await this.api.instruments();
    await this.store.keep("instruments", data);
    return data;
  }

  /** @returns {Promise<import("./api.js").Instrument[]>} as they were at the last contact */
  async keptInstruments() {
    return (await this.store.kept("instruments")) ?? [];
  }

  /**
   * Fetch a page of the history, and keep it; `store.payments()` has what was kept.
   * @param {import("./api.js").PaymentsQuery} [query]
   */
  async payments(query = {}) {
    const list = await this.api.payments(query);
    await this.store.keepPayments(list.data);
    return list;
  }

  /**
   * Fetch one payment, and keep it.
   * @param {string} id
   */
  async payment(id) {
    const payment = await this.api.payment(id);
    await this.store.keepPayments([payment]);
    return payment;
  }

  /**
   * Return the receipt of a payment, or of one of its refunds, once its signature proves it; from the memory if there
   * is no network. Raises NotGenuine.
   * @param {string} paymentId
   * @param {string} [refundId]
   * @returns {Promise<ReceiptDocument>}
   */
  async receipt(paymentId, refundId) {
    const id = refundId ?? paymentId;
    try {
      const signed = await (refundId ? this.api.refundReceipt(paymentId, refundId) : this.api.receipt(paymentId));
      const receipt = await this.#believeReceipt(signed, paymentId, refundId);
      await this.store.keepReceipt(id, signed);
      return receipt;
    } catch (error) {
      const kept = error instanceof Error && error.name === "NoAnswer" ? await this.store.receipt(id) : null;
      if (kept === null) throw error;
      return this.#believeReceipt(kept, paymentId, refundId);
    }
  }

  /**
   * Say yes or no to a payment as it was shown: exactly this is signed. A yes needs the typed PIN. Raises `pin_needed`,
   * and Refused with `pin_wrong`, `pin_locked`, `wrong_state`.
   * @param {Payment} shown
   * @param {boolean} isYes
   */
  async decide(shown, isYes) {
    const { keys, deviceRef } = this.#enrolled();
    const { kPin } = this.pins;
    if (isYes && kPin === null) throw new WalletError("pin_needed");
    const { realm } = this.#root;
    const content = await messages.consentContent({
      ...{ deviceRef, paymentId: fromPublicId("pay", shown.id), isYes },
      ...{ amountMinor: shown.amount, currency: shown.currency, merchant: shown.merchant },
    });
    const signature = toText(await signMessage(keys.privateKey, messages.stepUpMessage({ realm, content })));
    if (!isYes || kPin === null) return this.api.consent(shown.id, { decision: "no", signature });
    const pinOk = toText(await messages.consentPinOk(kPin, { realm, content }));
    return this.#forgettingWrongPin(() => this.api.consent(shown.id, { decision: "yes", signature, pin_ok: pinOk }));
  }

  /**
   * Let a new phone of the same customer in, as the list of devices shows it. Needs the typed PIN.
   * @param {import("./api.js").ListedDevice} waiting
   */
  async approve(waiting) {
    const { keys, deviceRef } = this.#enrolled();
    const challenge = fromText((await this.api.ownChallenge()).challenge);
    const message = await messages.handoverMessage({
      ...{ realm: this.#root.realm, oldDeviceRef: deviceRef, challenge },
      newDeviceRef: fromText(waiting.device_ref ?? ""),
      newPublicKey: fromText(waiting.public_key ?? ""),
    });
    const signature = toText(await signMessage(keys.privateKey, message));
    return this.api.approveDevice(waiting.device_id, { challenge: toText(challenge), signature });
  }

  /** Prove the typed PIN to the server, for five minutes. Raises `pin_needed`, and Refused with `pin_wrong`, `pin_locked`. */
  async confirm() {
    if (!this.sessions.isConfirmed) await this.sessions.confirm();
  }

  /** Open the live line; everything that is new comes as `event`. Only for an active device. */
  async listen() {
    if (this.#line !== null) return;
    const line = new LiveLine({
      url: this.#config.socket,
      ticket: () => this.sessions.ticket(),
      events: (after) => this.api.events(after),
      lastEvent: (await this.store.kept("last_event")) ?? 0,
      keepLastEvent: (seq) => this.store.keepLastEvent(seq),
      now: this.#clock.now,
    });
    this.#line = line;
    line.addEventListener("event", (message) => {
      const { detail } = /** @type {CustomEvent} */ (message);
      this.#telling = this.#telling.then(() => this.#tell(detail));
    });
    line.addEventListener("state", () => this.dispatchEvent(new Event("state")));
    line.addEventListener("refused", (message) => {
      this.dispatchEvent(new CustomEvent("refused", { detail: /** @type {CustomEvent} */ (message).detail }));
    });
    line.start();
  }

  /**
   * Say whether somebody looks at a code: without a socket its result is asked for every few seconds.
   * @param {boolean} isWatched
   */
  watch(isWatched) {
    if (this.#line) this.#line.isWatched = isWatched;
  }

  /** Leave this browser: keys, history, caches and the service worker go. The server's side is `api.revokeDevice`. */
  async signOut() {
    this.#fallSilent();
    // Whoever hears `gone` may leave the page: said only when there is nothing left to do in it.
    this.#isLeaving = true;
    try {
      await leave(this.store);
    } finally {
      this.#isLeaving = false;
      this.dispatchEvent(new Event("gone"));
    }
  }

  /** @param {{event: import("./api.js").WalletEvent, isFresh: boolean}} heard */
  async #tell({ event, isFresh }) {
    let payment = null;
    if (isFresh && event.payment) payment = await this.payment(event.payment).catch(() => null);
    const isOurs = event.device === this.#device?.deviceId;
    if (isOurs && ["pin_wrong", "pin_locked"].includes(payment?.decline?.code ?? "")) this.pins.forget();
    this.dispatchEvent(new CustomEvent("event", { detail: { event, payment, isFresh } }));
  }

  /** @param {string} deviceId */
  async #exchangeTag(deviceId) {
    const shown = (await this.store.numbers())?.sync ?? "";
    const { sync, ...state } = await this.api.sync({ sync: shown });
    await this.store.replaceSync(deviceId, { shown, fresh: sync });
    return state;
  }

  /** @param {string} deviceId */
  async #halt(deviceId) {
    await this.store.keep("halted", "counter_behind");
    this.pins.forget();
    // The other one has the same key: whoever it is, no till shall take it.
    await this.api.lockDevice(deviceId).catch(() => null);
    throw new WalletError("counter_behind");
  }

  /**
   * @param {() => Promise<OwnDevice>} ask
   * @returns {Promise<OwnDevice>}
   */
  async #learn(ask) {
    // The session first: what opening it takes does not belong to the answer's time.
    await this.sessions.token({});
    const askedAt = Date.now();
    const state = await ask();
    const offset = this.#clock.learn(state.server_time, { askedAt, answeredAt: Date.now() });
    await this.store.keep("clock_offset", offset);
    await this.store.keep("state", state);
    return state;
  }

  /**
   * @param {number} knownVersion
   * @returns {Promise<KeptRealm>}
   */
  async #fetchRealm(knownVersion) {
    const signed = await this.api.realm();
    // Before the first contact nobody knows the time: then the document's own is all there is.
    const now = this.#device === null ? Number.NEGATIVE_INFINITY : this.now;
    return { signed, document: await verifiedRealm(signed, { ...this.#root, knownVersion, now }) };
  }

  /**
   * @param {import("./documents.js").Signed} signed
   * @param {string} paymentId
   * @param {string} [refundId]
   */
  async #believeReceipt(signed, paymentId, refundId) {
    const keys = (await this.store.realm())?.document.receipt_keys ?? [];
    return verifiedReceipt(signed, { realm: this.#root.realm, keys, paymentId, refundId });
  }

  /** Return kid and public half of the newest code key that is valid; an expired document does not matter here. */
  async #codeKey() {
    const keys = (await this.store.realm())?.document.code_keys ?? [];
    const valid = keys.filter((key) => secondsOf(key.not_before) <= this.now && this.now < secondsOf(key.not_after));
    const newest = valid.sort((one, other) => other.kid - one.kid)[0];
    if (!newest) throw new WalletError("no_code_key");
    return { kid: newest.kid, serverKey: fromText(newest.public_key) };
  }

  /** @param {string} pin */
  async #derive(pin) {
    const { deviceRef, keys } = this.#enrolled();
    return deriveKPin(keys.kDev, await stretchPin(pin, { realm: this.#root.realm, deviceRef }));
  }

  /** @param {string} pin */
  async #checkPin(pin) {
    const { digits_min: fewest, digits_max: most } = await this.pinPolicy();
    if (!/^[0-9]+$/.test(pin) || pin.length < fewest || pin.length > most) throw new WalletError("pin_weak", "length");
    const weakness = weaknessOf(pin);
    if (weakness !== null) throw new WalletError("pin_weak", weakness);
  }

  /**
   * @template T
   * @param {() => Promise<T>} call
   * @returns {Promise<T>}
   */
  async #forgettingWrongPin(call) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Refused && ["pin_wrong", "pin_locked"].includes(error.code)) this.pins.forget();
      throw error;
    }
  }

  #identity() {
    const { deviceId, deviceRef, keys } = this.#enrolled();
    return { deviceId, deviceRef, privateKey: keys.privateKey, realm: this.#root.realm };
  }

  #enrolled() {
    if (this.#device === null) throw new WalletError("not_enrolled");
    return this.#device;
  }

  #end() {
    this.#fallSilent();
    if (!this.#isLeaving) this.dispatchEvent(new Event("gone"));
  }

  #fallSilent() {
    this.#line?.stop();
    this.#line = null;
    this.pins.forget();
    this.sessions.forget();
    this.#device = null;
  }
}
