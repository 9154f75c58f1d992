// How much this phone may pay: lower at once, higher with the PIN and a day later.

import { h } from "./dom.js";
import { figure, moment, money, readAmount } from "./figures.js";
import { say } from "./language.js";
import { facts, field, form, message, needsNetwork } from "./parts.js";
import { codeOf } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").Limits} Limits */
/** @typedef {Limits & {at_most: Limits, later: (Limits & {effective_at: string}) | null}} OwnLimits */

/**
 * @param {Frame} frame
 * @returns {Promise<Screen>}
 */
export async function limits(frame) {
  const common = { title: say("limits"), back: "more" };
  /** @type {OwnLimits} */
  let known;
  try {
    known = await frame.wallet.api.limits();
  } catch (error) {
    if (codeOf(error) !== "no_answer") throw error;
    const kept = frame.state?.limits;
    return { ...common, body: [kept ? shown(kept) : null, needsNetwork()] };
  }
  const { currency, at_most: most, later } = known;
  const payment = amountField("limit-payment", known.per_payment, currency);
  const day = amountField("limit-day", known.per_day, currency);
  const save = h("button", { class: "primary" }, say("save"));

  async function change() {
    const perPayment = amountOf(payment, currency);
    const perDay = amountOf(day, currency);
    const isRaise = isMore(perPayment, known.per_payment) || isMore(perDay, known.per_day);
    /** @type {{per_payment?: number, per_day?: number, currency: string}} */
    const fields = { currency };
    if (perPayment !== null && perPayment !== known.per_payment) fields.per_payment = perPayment;
    if (perDay !== null && perDay !== known.per_day) fields.per_day = perDay;
    if (Object.keys(fields).length === 1) return frame.note(say("limits_same"));
    await frame.confirmed(() => frame.wallet.api.setLimits(fields, { isRaise }), say("why_limits"));
    await frame.show();
    frame.note(say(isRaise ? "limits_later" : "limits_now"));
  }

  return {
    ...common,
    body: [
      h("p", {}, say("limits_lead")),
      shown(known),
      later ? message("wait", "wait", say("limits_raise", { when: moment(later.effective_at) }), facts(rows(later))) : null,
      form(
        () => void frame.act(save, change),
        h("h2", {}, say("limits_change")),
        field(payment, say("limit_payment", { currency }), highest(most.per_payment, currency)),
        field(day, say("limit_day", { currency }), highest(most.per_day, currency)),
        h("p", { class: "quiet" }, say("limits_help")),
        h("div", { class: "actions" }, save),
      ),
    ],
  };
}

/** @param {Limits} limits */
function shown(limits) {
  return facts(rows(limits));
}

/**
 * @param {Limits} limits
 * @returns {[string, string][]}
 */
function rows({ per_payment: payment, per_day: day, currency }) {
  /** @type {[string, number | null][]} */
  const both = [[say("per_payment"), payment], [say("per_day"), day]];
  return both.filter(([, limit]) => limit !== null).map(([name, limit]) => [name, money(limit ?? 0, currency)]);
}

/**
 * @param {string} id
 * @param {number | null} limit
 * @param {string} currency
 */
function amountField(id, limit, currency) {
  return h("input", { id, inputmode: "decimal", autocomplete: "off", maxlength: 16, value: limit === null ? "" : figure(limit, currency) });
}

/**
 * @param {HTMLInputElement} input
 * @param {string} currency
 */
function amountOf(input, currency) {
  if (input.value.trim() === "") return null;
  const amount = readAmount(input.value, currency);
  if (amount === null) throw Object.assign(new Error(), { code: "invalid_amount", field: input });
  return amount;
}

/**
 * Say whether more is wanted than what holds now; nothing that holds is more than anything.
 * @param {number | null} wanted
 * @param {number | null} known
 */
export function isMore(wanted, known) {
  return wanted !== null && known !== null && wanted > known;
}

/**
 * @param {number | null} most
 * @param {string} currency
 */
function highest(most, currency) {
  return most === null ? "" : say("at_most", { amount: money(most, currency) });
}
