// The PIN pad: large keys, masked dots, quiet for reading aids, and usable from any keyboard.

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { told } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/**
 * Return a pad that calls `done` with what was typed: by itself after so many digits, or earlier by the key for it.
 * @param {{digits: number, fewest: number, done: (pin: string) => void}} how
 */
export function pinPad({ digits, fewest, done }) {
  let typed = "";
  let isWaiting = false;
  const dots = h("div", { class: "dots", "aria-hidden": "true" });
  const count = h("p", { class: "unseen" });
  const ready = h("button", { type: "button", class: "key ok", onclick: () => finish() }, icon("check"), h("span", { class: "unseen" }, say("pin_ready")));
  const erase = h("button", { type: "button", class: "key", onclick: () => change(typed.slice(0, -1)) }, icon("erase"), h("span", { class: "unseen" }, say("pin_erase")));
  /** @param {string} digit */
  const key = (digit) => h("button", { type: "button", class: "key", onclick: () => change(typed + digit) }, digit);
  const keys = h("div", { class: "keys" }, ...KEYS.map(key), erase, key("0"), ready);
  const pad = h("div", { class: "pad", role: "group", "aria-label": say("pin"), tabindex: "-1" }, dots, count, keys);

  /** @param {string} next */
  function change(next) {
    if (isWaiting) return;
    typed = next.slice(0, digits);
    refill(dots, Array.from({ length: digits }, (_, index) => h("span", { class: index < typed.length ? "dot full" : "dot" })));
    count.textContent = say("pin_typed", { typed: typed.length, digits });
    ready.disabled = typed.length < fewest;
    if (typed.length === digits) finish();
  }

  function finish() {
    if (isWaiting || typed.length < fewest) return;
    isWaiting = true;
    pad.setAttribute("aria-busy", "true");
    const pin = typed;
    typed = "";
    done(pin);
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (!pad.isConnected) return document.removeEventListener("keydown", press);
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    if (/^[0-9]$/.test(event.key)) change(typed + event.key);
    else if (event.key === "Backspace") change(typed.slice(0, -1));
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) finish();
    else return;
    event.preventDefault();
  }
  /** @param {ClipboardEvent} event */
  function paste(event) {
    if (!pad.isConnected) return document.removeEventListener("paste", paste);
    change((event.clipboardData?.getData("text") ?? "").replaceAll(/\D/g, ""));
  }
  document.addEventListener("keydown", press);
  document.addEventListener("paste", paste);
  change("");

  return {
    element: pad,
    /** Begin again with nothing typed. */
    clear() {
      isWaiting = false;
      pad.removeAttribute("aria-busy");
      change("");
      pad.focus({ preventScroll: true });
    },
  };
}

/**
 * Return the sentence about the tries left, if it is time for one: from two down.
 * @param {Frame} frame
 */
export function triesLeft(frame) {
  const left = frame.state?.pin.tries_left ?? 3;
  return left > 2 ? "" : say("pin_tries", { count: left });
}

/**
 * Ask for the PIN in a window of its own, and begin the PIN session; false for whoever closes it. Works without a network.
 * @param {Frame} frame
 * @param {{why: string, problem?: string}} about
 * @returns {Promise<boolean>}
 */
export async function askPin(frame, { why, problem = "" }) {
  const { digits, digits_min: fewest } = await frame.wallet.pinPolicy();
  return new Promise((resolve) => {
    const words = h("p", { class: problem ? "bad" : "quiet", role: "alert" });
    const pad = pinPad({ digits, fewest, done: (pin) => void take(pin) });
    const forgotten = h("button", { type: "button", class: "link", onclick: () => away("forgotten") }, say("pin_forgotten"));
    const cancel = h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, say("cancel"));
    const title = h("h1", { id: "pin-title", tabindex: "-1" }, say("pin_title"));
    const parts = [title, h("p", {}, why), words, pad.element, h("div", { class: "actions" }, cancel, forgotten)];
    const answer = (/** @type {string} */ text) => resolve(text === "typed");
    const dialog = frame.open(h("div", { class: "full pin" }, parts), { labelledBy: "pin-title", kind: "whole", onClose: answer });
    pad.element.focus({ preventScroll: true });
    setTimeout(() => (words.textContent = problem || triesLeft(frame)), 50);

    /** @param {string} pin */
    async function take(pin) {
      try {
        await frame.wallet.typePin(pin);
        dialog.close("typed");
      } catch (error) {
        words.textContent = told(error).text;
        words.className = "bad";
        pad.clear();
      }
    }

    /** @param {string} path */
    function away(path) {
      dialog.close();
      frame.go(path);
    }
  });
}
