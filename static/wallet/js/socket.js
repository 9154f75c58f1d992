// The live line: hints over a WebSocket, each with a number. A hint only says that there is something to read; what is
// shown comes from the list of events, in order, each once. Without a socket the list is read now and then.

import { secondsOf } from "./documents.js";
import { Refused } from "./errors.js";

/** @typedef {import("./api.js").WalletEvent} WalletEvent */
/** @typedef {"live" | "polling" | "offline"} LineState */
/**
 * @typedef {object} Surroundings
 * @property {string} url of the socket
 * @property {() => Promise<string>} ticket
 * @property {(after: number) => Promise<import("./api.js").List<WalletEvent>>} events
 * @property {number} lastEvent what was read before this page was opened
 * @property {(seq: number) => Promise<void>} keepLastEvent
 * @property {() => number} now Unix seconds of the server's clock
 */

const PING_SECONDS = 25;
const ANSWER_SECONDS = 15;
const LONGEST_PAUSE_SECONDS = 60;
const POLL_SECONDS = 20;
const POLL_WHILE_WATCHED_SECONDS = 4;
// Older ones happened while nobody looked: they belong into the history, not over the whole screen.
const FRESH_SECONDS = 60;
const TOO_MANY_SOCKETS = 4409;
// What no new attempt changes.
const FINAL = new Set(["device_revoked", "customer_closed", "signature_invalid"]);

/**
 * Dispatches `event` (detail: {event, isFresh}), `state` (detail: LineState), and `refused` (detail: Refused) when the
 * server lets this device in no more.
 */
export class LiveLine extends EventTarget {
  /** @type {LineState} */
  state = "offline";
  /** Somebody looks at a code: without a socket the list is read every few seconds. */
  isWatched = false;

  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Promise<void> | null} */
  #reading = null;
  #isReadAgain = false;
  #isStarted = false;
  #seq;
  #attempts = 0;
  #retryTimer = 0;
  #pollTimer = 0;
  #pingTimer = 0;
  #silenceTimer = 0;
  #around;

  /** @param {Surroundings} around */
  constructor(around) {
    super();
    this.#around = around;
    this.#seq = around.lastEvent;
  }

  /** Listen from now on, and read what was missed. */
  start() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    addEventListener("online", this.#hurry);
    addEventListener("offline", this.#lost);
    document.addEventListener("visibilitychange", this.#looked);
    void this.#connect();
    this.#pollSoon();
  }

  /** Listen no more. */
  stop() {
    this.#isStarted = false;
    removeEventListener("online", this.#hurry);
    removeEventListener("offline", this.#lost);
    document.removeEventListener("visibilitychange", this.#looked);
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#retryTimer);
    this.#hangUp();
    this.#become("offline");
  }

  /** Read what is new now. Raises what the call raises. */
  catchUp() {
    // A reading that is under way may have asked before this was written: then it asks once more.
    this.#isReadAgain = true;
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read() {
    try {
      while (this.#isReadAgain) {
        this.#isReadAgain = false;
        await this.#readPages();
      }
    } finally {
      this.#reading = null;
    }
  }

  async #readPages() {
    let next = null;
    do {
      const page = await this.#around.events(this.#seq);
      for (const event of page.data) await this.#show(event);
      next = page.next_cursor;
    } while (next !== null);
  }

  /** @param {WalletEvent} event */
  async #show(event) {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    // Written down first: whoever reloads the page in the middle does not see it again.
    await this.#around.keepLastEvent(event.seq);
    const isFresh = Math.abs(this.#around.now() - secondsOf(event.at)) <= FRESH_SECONDS;
    this.dispatchEvent(new CustomEvent("event", { detail: { event, isFresh } }));
  }

  async #connect() {
    clearTimeout(this.#retryTimer);
    if (!this.#isStarted || this.#socket || !navigator.onLine) return;
    let ticket;
    try {
      ticket = await this.#around.ticket();
    } catch (error) {
      this.#complain(error);
      return;
    }
    // Stopped, or connected by somebody else, while the ticket was on its way.
    if (!this.#isStarted || this.#socket) return;
    const socket = new WebSocket(this.#around.url);
    this.#socket = socket;
    // A handshake may hang for minutes where a network swallows it.
    this.#expectAnswer();
    socket.onopen = () => socket.send(JSON.stringify({ ticket }));
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#hangUp();
      this.#retryLater(code === TOO_MANY_SOCKETS);
    };
  }

  /** @param {string} text */
  #hear(text) {
    clearTimeout(this.#silenceTimer);
    const hint = JSON.parse(text);
    if (hint.type === "ready") {
      this.#attempts = 0;
      this.#become("live");
      this.#pingLater();
    }
    if (hint.type === "pong") {
      this.#pingLater();
    } else if (hint.type === "resync" || hint.seq > this.#seq) {
      this.catchUp().catch((error) => this.#complain(error));
    }
  }

  #pingLater() {
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => {
      this.#socket?.send('{"type":"ping"}');
      this.#expectAnswer();
    }, PING_SECONDS * 1000);
  }

  #expectAnswer() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      this.#hangUp();
      this.#retryLater(false);
    }, ANSWER_SECONDS * 1000);
  }

  #hangUp() {
    clearTimeout(this.#pingTimer);
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {boolean} isCrowded other windows of this phone have the sockets: they are not fought for */
  #retryLater(isCrowded) {
    if (!this.#isStarted) return;
    this.#become(navigator.onLine ? "polling" : "offline");
    const pause = isCrowded ? LONGEST_PAUSE_SECONDS : Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.#attempts);
    this.#attempts += 1;
    clearTimeout(this.#retryTimer);
    // After an outage all phones come back, and not at the same moment.
    this.#retryTimer = setTimeout(() => void this.#connect(), pause * jitter() * 1000);
  }

  #pollSoon() {
    clearTimeout(this.#pollTimer);
    const seconds = this.isWatched ? POLL_WHILE_WATCHED_SECONDS : POLL_SECONDS;
    this.#pollTimer = setTimeout(() => void this.#poll(), seconds * jitter() * 1000);
  }

  async #poll() {
    if (!this.#isStarted) return;
    if (this.state !== "live" && navigator.onLine && document.visibilityState === "visible") {
      try {
        await this.catchUp();
        this.#become("polling");
      } catch (error) {
        this.#complain(error);
      }
    }
    this.#pollSoon();
  }

  /** @param {unknown} error */
  #complain(error) {
    if (!this.#isStarted) return;
    if (error instanceof Refused) {
      this.dispatchEvent(new CustomEvent("refused", { detail: error }));
      if (FINAL.has(error.code)) {
        this.stop();
        return;
      }
    }
    // With a socket the next hint reads again; without one the line is down until something answers.
    if (this.#socket === null) this.#retryLater(false);
    if (this.state !== "live" && !(error instanceof Refused)) this.#become("offline");
  }

  #hurry = () => {
    this.#attempts = 0;
    void this.#connect();
  };

  #lost = () => {
    this.#hangUp();
    this.#retryLater(false);
  };

  #looked = () => {
    if (document.visibilityState !== "visible" || !this.#isStarted) return;
    if (this.#socket === null) this.#hurry();
    this.catchUp().catch((error) => this.#complain(error));
  };

  /** @param {LineState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

/** Return a factor between a half and one. */
function jitter() {
  return 0.5 + Math.random() / 2;
}
