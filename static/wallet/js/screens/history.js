// What was paid, by day, and how to find it again; all of it also without a network, as far as it was seen before.

import { h, refill } from "./dom.js";
import { clock, dayInWords, dayOf, figure, money } from "./figures.js";
import { icon } from "./icons.js";
import { language, say } from "./language.js";
import { field } from "./parts.js";
import { codeOf } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").Payment} Payment */

const PAUSE_MILLISECONDS = 350;
const PAGE = 50;
const DAY_MILLISECONDS = 86_400_000;

/**
 * @param {Frame} frame
 * @returns {Promise<Screen>}
 */
export async function historyOf(frame) {
  const { wallet } = frame;
  let words = frame.carried.search ?? "";
  /** @type {string | number | null} */
  let next = null;
  let isOver = false;
  let timer = 0;
  /** Which answer is the last one that was asked for. */
  let asked = 0;
  const search = h("input", { id: "search", type: "search", autocomplete: "off", maxlength: 64, value: words });
  const list = h("div", { class: "days" });
  const count = h("p", { class: "unseen", role: "status" });
  const more = h("button", { type: "button", class: "plain", hidden: true, onclick: () => void frame.act(more, () => fetchPage(next)) }, say("history_more"));
  const state = h("p", { class: "quiet", hidden: true }, say("history_offline"));
  search.addEventListener("input", () => {
    words = search.value;
    frame.carried.search = words;
    void draw();
    clearTimeout(timer);
    timer = setTimeout(() => void begin(), PAUSE_MILLISECONDS);
  });
  await draw();
  void begin();

  async function begin() {
    if (isOver) return;
    try {
      await fetchPage(null);
      state.hidden = true;
    } catch (error) {
      state.hidden = codeOf(error) !== "no_answer";
    }
  }

  /** @param {string | number | null} cursor */
  async function fetchPage(cursor) {
    const turn = ++asked;
    const looked = words.trim();
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (looked) query.set("q", looked);
    if (cursor !== null) query.set("cursor", String(cursor));
    const page = await wallet.api.call("GET", `payments?${query}`);
    await wallet.store.keepPayments(page.data);
    if (isOver || turn !== asked) return;
    next = page.next_cursor;
    more.hidden = next === null;
    await draw();
  }

  async function draw() {
    /** @type {Payment[]} */
    const all = await wallet.store.payments();
    const found = all.filter((payment) => says(payment, words));
    const today = dayOf(Date.now());
    const yesterday = dayOf(Date.now() - DAY_MILLISECONDS);
    /** @param {string} day */
    const title = (day) => (day === today ? say("today") : day === yesterday ? say("yesterday") : dayInWords(day, language()));
    refill(list, found.length === 0 ? empty(all.length === 0) : byDay(found).map(([day, payments]) => h("section", {}, h("h2", {}, title(day)), h("ul", { class: "rows" }, ...payments.map(row)))));
    if (words) count.textContent = say("history_found", { count: found.length });
  }

  return {
    title: say("tab_history"),
    leave: () => {
      isOver = true;
      clearTimeout(timer);
    },
    body: [h("div", { role: "search" }, field(search, say("history_search"))), count, state, list, h("div", { class: "actions" }, more)],
  };
}

/**
 * Say whether all of the words stand somewhere in what is shown of the payment.
 * @param {Payment} payment
 * @param {string} words
 */
export function says(payment, words) {
  const { merchant, store, reference, instrument, amount, currency } = payment;
  const text = [merchant, store, reference, instrument?.label ?? "", figure(amount, currency)].join(" ").toLowerCase();
  // As it is typed: without thousands signs, a comma for a point.
  const plain = text.replaceAll("’", "");
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word) || plain.includes(word.replace(",", ".")));
}

/**
 * Return the payments in groups of one day in the shops' time, in the order in which they come.
 * @param {Payment[]} payments
 * @returns {[string, Payment[]][]}
 */
export function byDay(payments) {
  /** @type {Map<string, Payment[]>} */
  const days = new Map();
  for (const payment of payments) {
    const day = dayOf(payment.created_at);
    days.set(day, [...(days.get(day) ?? []), payment]);
  }
  return [...days];
}

/**
 * Return the word for what a payment came to, and whether money moved.
 * @param {Payment} payment
 * @returns {{word: import("./language.js").Word, isPaid: boolean}}
 */
export function outcome({ status, refund_status: back }) {
  if (status !== "captured") return { word: `status_${status}`, isPaid: false };
  if (back === "full") return { word: "status_refunded", isPaid: true };
  return { word: back === "partial" ? "status_partly_refunded" : "status_captured", isPaid: true };
}

/** @param {Payment} payment */
function row(payment) {
  const { word, isPaid } = outcome(payment);
  const amount = money(isPaid ? payment.captured : payment.amount, payment.currency);
  const state = word === "status_captured" ? null : h("span", { class: `state ${payment.status}` }, say(word));
  const small = [clock(payment.created_at), payment.store].filter(Boolean).join(" · ");
  const title = h("span", { class: "words" }, h("span", { class: "title" }, payment.merchant), h("span", { class: "quiet" }, small), state);
  const training = payment.training ? h("span", { class: "ribbon" }, say("training")) : null;
  return h("li", {}, h("a", { class: "row", href: `#/payment/${payment.id}` }, title, h("span", { class: "sum" }, h("span", { class: isPaid ? "figure" : "figure off" }, amount), training), icon("forward")));
}

/** @param {boolean} isNew */
function empty(isNew) {
  return h("div", { class: "empty" }, icon("history"), h("p", {}, say(isNew ? "history_empty" : "history_nothing")));
}
