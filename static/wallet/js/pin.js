// The PIN: which ones are refused, and how long what was typed is remembered.

/** How long K_pin is remembered after the PIN was typed. */
export const PIN_SESSION_SECONDS = 180;

/**
 * Say why a PIN is weak, or null: `repeat` (one pattern again and again), `run` (digits that follow each other), `date`
 * (a date of birth that the app was told).
 * @param {string} pin
 * @param {string[]} [datesOfBirth] as YYYY-MM-DD
 * @returns {"repeat" | "run" | "date" | null}
 */
export function weaknessOf(pin, datesOfBirth = []) {
  if (/^(\d+?)\1+$/.test(pin)) return "repeat";
  if (isRun(pin, 1) || isRun(pin, 9)) return "run";
  return datesOfBirth.flatMap(spellings).some((date) => date === pin) ? "date" : null;
}

/**
 * @param {string} pin
 * @param {number} step from one digit to the next, counted modulo ten: 9 is one down, and 890 goes on
 */
function isRun(pin, step) {
  const digits = [...pin].map(Number);
  return digits.every((digit, index) => index === 0 || digit === (digits[index - 1] + step) % 10);
}

/** @param {string} date */
function spellings(date) {
  const [year, month, day] = date.split("-");
  const short = year.slice(2);
  return [
    ...[day + month + short, month + day + short, short + month + day],
    ...[day + month + year, month + day + year, year + month + day],
    ...[day + month, month + day, year, month + year, month + short],
  ];
}

/**
 * What was typed, in the memory of this page only: K_pin as a key that nobody can read, for 180 seconds or until the
 * page is hidden. Dispatches `end` when it is over.
 *
 * Nobody knows here whether the PIN was right: only a till or the server can tell, and each wrong one costs a try.
 */
export class PinSession extends EventTarget {
  /** @type {CryptoKey | null} */
  #kPin = null;
  #endsAt = 0;
  #timer = 0;
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => Date.now()) {
    super();
    this.#now = now;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.forget();
    });
    // A page that is put away and brought back comes back without it.
    addEventListener("pagehide", () => this.forget());
    document.addEventListener("freeze", () => this.forget());
  }

  /**
   * Remember it from now on.
   * @param {CryptoKey} kPin
   */
  begin(kPin) {
    // Derived while the page was on its way out: too late.
    if (document.visibilityState === "hidden") return;
    this.#kPin = kPin;
    this.#endsAt = this.#now() + PIN_SESSION_SECONDS * 1000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.forget(), PIN_SESSION_SECONDS * 1000);
  }

  /** Return K_pin, or null when it is over. */
  get kPin() {
    // Timers are late in a page that sleeps; the clock is asked as well.
    if (this.#kPin && this.secondsLeft <= 0) this.forget();
    return this.#kPin;
  }

  /** Return how long it lasts. */
  get secondsLeft() {
    if (!this.#kPin) return 0;
    const left = (this.#endsAt - this.#now()) / 1000;
    // More than at the start: somebody has put the clock back.
    return left > PIN_SESSION_SECONDS ? 0 : Math.max(0, left);
  }

  /** Forget it at once. */
  forget() {
    clearTimeout(this.#timer);
    const wasThere = this.#kPin !== null;
    this.#kPin = null;
    if (wasThere) this.dispatchEvent(new Event("end"));
  }
}
