// Setting the PIN, changing it, and having forgotten it.

import { h, refill } from "./dom.js";
import { say } from "./language.js";
import { message, needsNetwork } from "./parts.js";
import { pinPad } from "./pin_pad.js";
import { codeOf, told } from "./problems.js";
import { weaknessOf } from "../pin.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */

/**
 * The first PIN of a phone.
 * @param {Frame} frame
 * @returns {Promise<Screen>}
 */
export async function firstPin(frame) {
  const steps = await choosing(frame, async (pin) => {
    await frame.wallet.setPin(pin);
    frame.state = await frame.wallet.contact();
    frame.note(say("pin_is_set"));
    await frame.replace("home");
    void frame.contact?.look({ isUrgent: true });
  });
  const away = h("p", {}, h("a", { href: "#/leave" }, say("leave_instead")));
  return { title: say("pin_new_title"), isBare: true, kind: "pin", body: [h("p", {}, say("pin_new_lead")), steps, away] };
}

/**
 * Another PIN in the place of the old one.
 * @param {Frame} frame
 * @returns {Promise<Screen>}
 */
export async function changePin(frame) {
  const common = { title: say("pin_change_title"), back: "more", isBare: true, kind: "pin" };
  if (!frame.isOnline) return { ...common, body: [needsNetwork()] };
  const steps = h("div");
  const forgotten = h("p", {}, h("a", { href: "#/forgotten" }, say("pin_forgotten")));
  await begin("");
  return { ...common, body: [steps, forgotten] };

  /** @param {string} problem */
  async function begin(problem) {
    const { digits, digits_min: fewest } = await frame.wallet.pinPolicy();
    const old = pinPad({ digits, fewest, done: (oldPin) => void next(oldPin) });
    refill(steps, h("p", { class: "step" }, say("pin_old")), h("p", { class: "bad", role: "alert" }, problem), old.element);
    old.element.focus({ preventScroll: true });
  }

  /** @param {string} oldPin */
  async function next(oldPin) {
    const chosen = await choosing(frame, async (pin) => {
      try {
        await frame.wallet.setPin(pin, oldPin);
      } catch (error) {
        if (codeOf(error) === "pin_locked") return void frame.contact?.look({ isUrgent: true }).then(() => frame.replace("forgotten"));
        if (codeOf(error) !== "pin_wrong") throw error;
        return void begin(told(error).text);
      }
      frame.note(say("pin_is_changed"));
      await frame.replace("more");
    });
    refill(steps, chosen);
    /** @type {HTMLElement | null} */ (chosen.querySelector(".pad"))?.focus({ preventScroll: true });
  }
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function forgotten(frame) {
  const isLocked = frame.standing === "pin_locked";
  const start = h("button", { type: "button", class: "danger", onclick: () => void frame.act(start, anew) }, say("anew"));
  async function anew() {
    const question = { title: say("anew_title"), text: [say("anew_text")], yes: say("anew"), isDanger: true };
    if (!(await frame.ask(question))) return;
    const id = frame.wallet.device?.deviceId ?? "";
    // Nobody shall pay with what lies in this browser until it is overwritten; without a network it is gone all the same.
    await frame.wallet.api.lockDevice(id).catch(() => null);
    await frame.signOut();
  }
  return {
    title: say(isLocked ? "pin_locked_title" : "forgotten_title"),
    back: "home",
    body: [
      isLocked ? message("bad", "lock", say("pin_locked_text")) : h("p", {}, say("forgotten_text")),
      h("p", {}, say("forgotten_why")),
      h("ol", {}, ...[say("anew_step_clear"), say("anew_step_identify"), say("anew_step_pin")].map((text) => h("li", {}, text))),
      h("p", { class: "quiet" }, say("anew_kept")),
      h("div", { class: "actions" }, start, h("a", { class: "button plain", href: "#/home" }, say("cancel"))),
    ],
  };
}

/**
 * Two pads after one another: the PIN, and the same again.
 * @param {Frame} frame
 * @param {(pin: string) => Promise<void>} set
 */
async function choosing(frame, set) {
  const { digits } = await frame.wallet.pinPolicy();
  let first = "";
  const step = h("p", { class: "step", role: "status" }, say("pin_choose", { digits }));
  const problem = h("p", { class: "bad", role: "alert" });
  const pad = pinPad({ digits, fewest: digits, done: (pin) => void take(pin) });
  return h("div", {}, step, problem, pad.element);

  /** @param {string} pin */
  async function take(pin) {
    problem.textContent = "";
    if (first === "") {
      const weakness = weaknessOf(pin);
      if (weakness !== null) problem.textContent = told(Object.assign(new Error(), { code: "pin_weak", detail: weakness })).text;
      else first = pin;
    } else if (pin !== first) {
      problem.textContent = say("pin_differs");
      first = "";
    } else {
      first = "";
      try {
        await set(pin);
      } catch (error) {
        problem.textContent = told(error).text;
      }
    }
    step.textContent = say(first === "" ? "pin_choose" : "pin_repeat", { digits });
    if (pad.element.isConnected) pad.clear();
  }
}
