// The server's time, as far as the phone knows it.

import { secondsOf } from "./documents.js";

/** The phone's clock plus the offset that was learnt at the last contact. */
export class Clock {
  #offsetSeconds;

  /** @param {number} offsetSeconds */
  constructor(offsetSeconds) {
    this.#offsetSeconds = offsetSeconds;
  }

  /** Return Unix seconds; an arrow function, so that it can be handed on. */
  now = () => Date.now() / 1000 + this.#offsetSeconds;

  /**
   * Learn from what the server said between these two moments (milliseconds of the phone's clock), and return the
   * offset, which is to be kept.
   * @param {string} serverTime
   * @param {{askedAt: number, answeredAt: number}} when
   */
  learn(serverTime, { askedAt, answeredAt }) {
    const offset = secondsOf(serverTime) - (askedAt + answeredAt) / 2000;
    if (Number.isFinite(offset)) this.#offsetSeconds = offset;
    return this.#offsetSeconds;
  }
}
