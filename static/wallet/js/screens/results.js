// What a payment came to, over the whole screen, as soon as it is known; and the question whether to pay at all.

import { h } from "./dom.js";
import { money } from "./figures.js";
import { icon } from "./icons.js";
import { noteSuccess } from "./installation.js";
import { say } from "./language.js";
import { Cancelled, codeOf, told } from "./problems.js";
import { secondsOf } from "../documents.js";
import { sound } from "./sounds.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("../api.js").Payment} Payment */
/** @typedef {{event: import("../api.js").WalletEvent, payment: Payment | null, isFresh: boolean}} Heard */

const BACK_MILLISECONDS = 8000;

/**
 * Show what has happened: over the whole screen if it is fresh and came of a code of this phone, else in passing.
 * @param {Frame} frame
 * @param {Heard} heard
 */
export function showEvent(frame, { event, payment, isFresh }) {
  if (!isFresh) return;
  const isOurs = event.device === frame.wallet.device?.deviceId;
  if (event.type === "device.enrolled" && !isOurs) return frame.note(say("note_device_enrolled"));
  if (payment === null) return;
  const amount = money(payment.amount, payment.currency);
  if (event.type === "payment.refunded") {
    const back = payment.refunds.find((each) => each.id === event.refund)?.amount ?? payment.refunded;
    return frame.note(say("note_refunded", { amount: money(back, payment.currency), merchant: payment.merchant }));
  }
  if (!isOurs) return;
  if (event.type === "consent.requested") return askConsent(frame, payment);
  if (event.type === "payment.captured") return showPaid(frame, payment, amount);
  if (event.type === "payment.declined") return showDeclined(frame, payment, amount);
  if (event.type === "payment.cancelled") return showCancelled(frame, payment, amount);
}

/**
 * @param {Frame} frame
 * @param {Payment} payment
 * @param {string} amount
 */
function showPaid(frame, payment, amount) {
  void noteSuccess(frame.wallet);
  const receipt = { word: say("see_receipt"), path: `payment/${payment.id}` };
  show(frame, { kind: "paid", drawing: "check", title: say("result_paid"), payment, amount, second: receipt, isPassing: true });
}

/**
 * @param {Frame} frame
 * @param {Payment} payment
 * @param {string} amount
 */
function showDeclined(frame, payment, amount) {
  const decline = payment.decline;
  const tries = decline?.tries_left ?? 0;
  const text = [decline?.customer_message ?? say("result_declined_help")];
  if (decline?.code === "pin_wrong" && tries > 0) text.push(say("pin_tries", { count: tries }));
  const isLocked = decline?.code === "pin_locked" || (decline?.code === "pin_wrong" && tries === 0);
  const again = { word: say("new_code"), path: "home/pay" };
  const other = { word: say("other_means"), path: "home" };
  const help = { word: say("what_now"), path: "forgotten" };
  const first = isLocked ? help : decline?.action === "new_code" ? again : decline?.action === "other_instrument" ? other : undefined;
  show(frame, { kind: "declined", drawing: "cross", title: say("result_declined"), payment, amount, text, first });
}

/**
 * @param {Frame} frame
 * @param {Payment} payment
 * @param {string} amount
 */
function showCancelled(frame, payment, amount) {
  const text = [say("result_cancelled_help")];
  show(frame, { kind: "cancelled", drawing: "cross", title: say("result_cancelled"), payment, amount, text, isPassing: true });
}

/**
 * @param {Frame} frame
 * @param {object} result
 * @param {"paid" | "declined" | "cancelled"} result.kind
 * @param {import("./icons.js").IconName} result.drawing
 * @param {string} result.title
 * @param {Payment} result.payment
 * @param {string} result.amount
 * @param {string[]} [result.text]
 * @param {{word: string, path: string}} [result.first] what to do now
 * @param {{word: string, path: string}} [result.second]
 * @param {boolean} [result.isPassing] goes by itself
 */
function show(frame, { kind, drawing, title, payment, amount, text = [], first, second, isPassing = false }) {
  closeOthers(payment.id);
  frame.hush();
  // The code has done its work.
  if (frame.parts[0] === "code") void frame.replace("home");
  sound(kind === "paid" ? "paid" : "declined");
  let path = "";
  /** @param {string} word @param {string} where @param {string} look */
  const button = (word, where, look) => h("button", { type: "button", class: look, onclick: () => { path = where; dialog.close(); } }, word);
  // Heard and not only seen: filled in when the window is there.
  const told = h("div", { role: "alert", class: "told" });
  const actions = h(
    "div",
    { class: "actions" },
    first && button(first.word, first.path, "primary"),
    second && button(second.word, second.path, "plain"),
    button(say(first ? "close" : "done"), "", first ? "plain" : "primary"),
  );
  const content = h("div", { class: `full result ${kind}` }, told, actions);
  const dialog = frame.open(content, {
    labelledBy: "result-title",
    kind: "whole result",
    onClose: () => {
      clearTimeout(timer);
      if (path) frame.go(path);
      else void frame.again();
    },
  });
  dialog.dataset.payment = payment.id;
  const training = payment.training ? h("p", { class: "ribbon" }, say("training")) : null;
  told.append(
    ...[training, h("div", { class: "sign" }, icon(drawing)), h("h1", { id: "result-title" }, title), h("p", { class: "amount" }, amount)].filter((each) => each !== null),
    h("p", { class: "place" }, payment.store ? say("at_store", { merchant: payment.merchant, store: payment.store }) : payment.merchant),
    ...text.map((each) => h("p", { class: "say" }, each)),
  );
  let timer = isPassing ? setTimeout(() => dialog.close(), BACK_MILLISECONDS) : 0;
}

/**
 * Ask for a yes or no, exactly about what is shown.
 * @param {Frame} frame
 * @param {Payment} payment
 */
function askConsent(frame, payment) {
  const deadline = payment.action?.type === "customer_consent" ? secondsOf(payment.action.deadline) : 0;
  if (deadline <= frame.wallet.now) return;
  closeOthers(payment.id);
  sound("asked");
  const problem = h("p", { class: "bad", role: "alert" });
  const left = h("p", { class: "quiet" });
  const yes = h("button", { type: "button", class: "primary", onclick: () => void decide(true) }, say("consent_yes"));
  const no = h("button", { type: "button", class: "plain", onclick: () => void decide(false) }, say("consent_no"));
  const content = h(
    "div",
    { class: "full result asked" },
    payment.training ? h("p", { class: "ribbon" }, say("training")) : null,
    h("div", { class: "sign" }, icon("question")),
    h("h1", { id: "result-title" }, say("consent_title")),
    h("p", { class: "amount" }, money(payment.amount, payment.currency)),
    h("p", { class: "place" }, payment.merchant),
    h("p", { class: "quiet" }, payment.store),
    h("p", {}, say("consent_text")),
    left,
    problem,
    h("div", { class: "actions" }, yes, no),
  );
  const dialog = frame.open(content, { labelledBy: "result-title", kind: "whole result", onClose: () => clearInterval(timer) });
  dialog.dataset.payment = payment.id;
  // Neither yes nor no by a key that was meant for something else.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  const timer = setInterval(count, 1000);
  count();

  function count() {
    const seconds = Math.max(0, Math.ceil(deadline - frame.wallet.now));
    left.textContent = say("consent_left", { seconds });
    if (seconds > 0) return;
    clearInterval(timer);
    if (yes.getAttribute("aria-busy") !== "true") {
      dialog.close();
      frame.note(say("consent_over"));
    }
  }

  /** @param {boolean} isYes */
  async function decide(isYes) {
    for (const each of [yes, no]) each.setAttribute("aria-busy", "true");
    problem.textContent = "";
    try {
      const why = say("why_consent", { amount: money(payment.amount, payment.currency), merchant: payment.merchant });
      await (isYes ? frame.confirmed(() => frame.wallet.decide(payment, true), why) : frame.wallet.decide(payment, false));
      dialog.close();
      frame.note(say(isYes ? "consent_given" : "consent_refused"));
    } catch (error) {
      const code = codeOf(error);
      if (["wrong_state", "payment_not_found"].includes(code)) {
        dialog.close();
        frame.note(told(error).text);
      } else if (!(error instanceof Cancelled)) problem.textContent = told(error).text;
    } finally {
      for (const each of [yes, no]) each.removeAttribute("aria-busy");
    }
  }
}

/**
 * A payment shows one thing at a time, and a newer result comes in the place of an older one.
 * @param {string} paymentId
 */
function closeOthers(paymentId) {
  for (const dialog of document.querySelectorAll("dialog")) {
    const isResult = dialog.classList.contains("result");
    // A PIN that is being typed for something else is not taken away by another payment.
    if (isResult || dialog.dataset.payment === paymentId) dialog.close();
  }
}
