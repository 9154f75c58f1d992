// Keeping in touch with the server: at the start, when the network comes back, and whenever something happens.

import { language, choose, isChosen, isLanguage } from "./language.js";
import { codeOf } from "./problems.js";
import { showEvent } from "./results.js";

/** @typedef {import("./frame.js").Frame} Frame */

const WAITING_MILLISECONDS = 4000;
const REFRESH_MILLISECONDS = 60_000;
// Words of the server after which this phone is let in no more.
const STOPPING = ["device_revoked", "device_suspended", "device_locked", "customer_closed", "signature_invalid"];
// What else the lists on the screens show.
const CHANGING = /^(device|instrument|limits)\./;

export class Contact {
  #refreshedAt = 0;
  #isBusy = false;
  #frame;

  /** @param {Frame} frame */
  constructor(frame) {
    this.#frame = frame;
  }

  /** Begin, and go on until the page goes. */
  begin() {
    const { wallet, updates } = this.#frame;
    wallet.addEventListener("event", (message) => void this.#hear(/** @type {CustomEvent} */ (message).detail));
    wallet.addEventListener("refused", (message) => void this.#stop(codeOf(/** @type {CustomEvent} */ (message).detail)));
    wallet.addEventListener("state", () => {
      // Until it has spoken once, a line that is being opened is not one that was lost.
      this.#frame.isListening ||= wallet.lineState !== "offline";
      this.#frame.showLine();
      if (wallet.lineState !== "offline") void this.look();
    });
    // Emptied in another window: begun anew in this one.
    wallet.addEventListener("gone", () => {
      if (!this.#frame.isLeaving) location.replace(new URL("./", location.href));
    });
    updates.addEventListener("ready", () => void this.#frame.again());
    addEventListener("online", () => this.#line());
    addEventListener("offline", () => this.#line());
    document.addEventListener("visibilitychange", () => void this.look());
    this.#frame.contact = this;
    void this.look();
    setInterval(() => this.#wait(), WAITING_MILLISECONDS);
  }

  /**
   * Ask how it stands, unless that was a moment ago; without a network nothing happens.
   * @param {{isUrgent?: boolean}} [how]
   */
  async look({ isUrgent = false } = {}) {
    const { wallet } = this.#frame;
    if (!wallet.isEnrolled || this.#frame.isLeaving || !navigator.onLine || document.visibilityState === "hidden" || this.#isBusy) return;
    if (!isUrgent && Date.now() - this.#refreshedAt < REFRESH_MILLISECONDS) return;
    this.#isBusy = true;
    try {
      await this.#ask();
      this.#refreshedAt = Date.now();
      this.#frame.isReached = true;
    } catch (error) {
      const code = codeOf(error);
      this.#frame.isReached = code !== "no_answer";
      if (code === "counter_behind") this.#frame.halted = code;
      if (STOPPING.includes(code)) this.#frame.stopped = code;
    } finally {
      this.#isBusy = false;
    }
    // Not what it was when we began to ask: the customer may have gone on meanwhile, and is typing.
    await this.#frame.follow();
    this.#frame.showLine();
  }

  async #ask() {
    const frame = this.#frame;
    const isActive = ["ready", "pin_locked"].includes(frame.standing);
    frame.state = isActive ? await frame.wallet.refresh() : await frame.wallet.contact();
    frame.stopped = null;
    if (frame.state.status !== "active") return;
    if (!isActive) await frame.wallet.refresh();
    await frame.wallet.listen();
    await agreeOnLanguage(frame);
  }

  #line() {
    this.#frame.showLine();
    void this.look({ isUrgent: navigator.onLine });
  }

  #wait() {
    const { standing } = this.#frame;
    if (standing === "pending") void this.look({ isUrgent: true });
  }

  /** @param {{event: import("../api.js").WalletEvent, payment: import("../api.js").Payment | null, isFresh: boolean}} heard */
  async #hear(heard) {
    const frame = this.#frame;
    const left = heard.event.device === frame.wallet.device?.deviceId ? heard.payment?.decline?.tries_left : undefined;
    // Known now, and not only after the next contact: the pad may be opened at once.
    if (left !== undefined && frame.state) frame.state = { ...frame.state, pin: { ...frame.state.pin, tries_left: left } };
    showEvent(frame, heard);
    const isOwnPin = left !== undefined;
    if (heard.isFresh && (isOwnPin || CHANGING.test(heard.event.type))) {
      await this.look({ isUrgent: true });
      if (["devices", "means", "limits", "home", "handover"].includes(frame.parts[0])) await frame.again();
    } else if (heard.isFresh && frame.parts[0] === "history") {
      await frame.again();
    }
  }

  /** @param {string} code */
  async #stop(code) {
    if (!STOPPING.includes(code)) return;
    this.#frame.stopped = code;
    await this.#frame.show();
  }
}

/**
 * Let letters and messages speak the language that was chosen here; or, where nobody chose, speak that of the letters.
 * @param {Frame} frame
 */
async function agreeOnLanguage(frame) {
  const { wallet } = frame;
  if ((await wallet.store.kept("language_told")) === language()) return;
  if (isChosen()) {
    await wallet.api.call("PUT", "me", { fields: { language: language() } });
  } else {
    const { language: known } = await wallet.api.call("GET", "me");
    if (!isLanguage(known)) return;
    const isOther = known !== language();
    await choose(known);
    if (isOther) await frame.again();
  }
  await wallet.store.keep("language_told", language());
}
