// One payment with its receipt, and the receipts of its refunds: genuine, or told that they are not.

import { download } from "./files.js";
import { h } from "./dom.js";
import { figure, moment, money, quantity, rate } from "./figures.js";
import { outcome } from "./history.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { facts, message } from "./parts.js";
import { codeOf } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").Payment} Payment */
/** @typedef {import("../documents.js").ReceiptDocument} Receipt */
/** @typedef {{receipt: Receipt | null, problem: string}} Looked */

/**
 * @param {Frame} frame
 * @param {string[]} parts the payment, and perhaps one of its refunds
 * @returns {Promise<Screen>}
 */
export async function paymentOf(frame, [id = "", refundId]) {
  const payment = await known(frame, id);
  const back = refundId ? `payment/${id}` : "history";
  if (payment === null) return { title: say("payment"), back, body: [message("wait", "wait", say("payment_unknown"))] };
  const refund = payment.refunds.find((each) => each.id === refundId);
  const isThere = refund ? refund.status === "succeeded" : payment.captured > 0;
  const { receipt, problem } = isThere ? await look(frame, payment.id, refund?.id) : { receipt: null, problem: "" };
  return {
    title: say(refund ? "refund_receipt" : payment.status === "captured" ? "receipt" : "payment"),
    back,
    kind: "receipt",
    body: [
      payment.training ? h("p", { class: "ribbon" }, say("training_long")) : null,
      refund ? refundHead(payment, refund) : head(payment),
      decline(payment),
      proof(receipt, problem),
      receipt ? details(receipt) : facts([[say("time"), moment(payment.created_at)], [say("reference"), payment.reference]]),
      refund ? null : refunds(payment),
      receipt ? actions(frame, receipt) : null,
      h("p", { class: "quiet id" }, say("payment_id", { id: refund?.id ?? payment.id })),
    ],
  };
}

/**
 * Return the payment as it is now, or as it was known without a network.
 * @param {Frame} frame
 * @param {string} id
 * @returns {Promise<Payment | null>}
 */
async function known(frame, id) {
  try {
    return await frame.wallet.payment(id);
  } catch {
    return (await frame.wallet.store.payments()).find((each) => each.id === id) ?? null;
  }
}

/**
 * @param {Frame} frame
 * @param {string} paymentId
 * @param {string} [refundId]
 * @returns {Promise<Looked>}
 */
async function look(frame, paymentId, refundId) {
  try {
    return { receipt: await frame.wallet.receipt(paymentId, refundId), problem: "" };
  } catch (error) {
    return { receipt: null, problem: codeOf(error) };
  }
}

/** @param {Payment} payment */
function head(payment) {
  const { word, isPaid } = outcome(payment);
  const place = payment.store ? say("at_store", { merchant: payment.merchant, store: payment.store }) : payment.merchant;
  const amount = money(isPaid ? payment.captured : payment.amount, payment.currency);
  return h("div", { class: "summary" }, h("p", { class: isPaid ? "amount" : "amount off" }, amount), h("p", {}, place), h("p", { class: `state ${payment.status}` }, say(word)));
}

/**
 * @param {Payment} payment
 * @param {import("../api.js").Refund} refund
 */
function refundHead(payment, refund) {
  const state = say(`refund_${refund.status}`);
  return h("div", { class: "summary" }, h("p", { class: "amount" }, money(refund.amount, refund.currency)), h("p", {}, payment.merchant), h("p", { class: refund.status === "succeeded" ? "state captured" : "state" }, state));
}

/** @param {Payment} payment */
function decline({ decline }) {
  return decline ? message("bad", "cross", decline.customer_message) : null;
}

/**
 * @param {Receipt | null} receipt
 * @param {string} problem
 */
function proof(receipt, problem) {
  if (receipt) return h("p", { class: "verified" }, icon("shield"), h("span", {}, say("verified")));
  if (problem === "not_genuine") return message("bad", "warning", say("not_verified"), h("p", {}, say("not_verified_help")));
  if (problem === "no_answer") return message("wait", "offline", say("receipt_offline"));
  return problem ? message("wait", "wait", say("receipt_later")) : null;
}

/** @param {Receipt} receipt */
function details(receipt) {
  const { currency, lines = [], vat = [] } = receipt;
  /** @type {[string, string][]} */
  const rows = [
    [say("time"), moment(receipt.time)],
    [say("shop"), [receipt.store, ...receipt.address].filter(Boolean).join(", ")],
    [say("vat_number"), receipt.vat_number],
    [say("till"), receipt.till],
    [say("cashier"), receipt.cashier],
    [say("reference"), receipt.reference],
    [say("paid_with"), receipt.instrument?.label ?? ""],
    [say("reason"), receipt.reason ?? ""],
  ];
  /** @param {number} amount */
  const cell = (amount) => h("td", { class: "figure" }, figure(amount, currency));
  const items = lines.map((line) => h("tr", {}, h("td", {}, Number(line.quantity) === 1 ? line.name : say("times", { quantity: quantity(line.quantity), name: line.name })), cell(line.amount)));
  const tip = receipt.tip ? h("tr", {}, h("td", {}, say("tip")), cell(receipt.tip)) : null;
  const total = h("tr", { class: "total" }, h("th", { scope: "row" }, say(receipt.kind === "refund" ? "given_back" : "total", { currency })), cell(receipt.amount));
  const taxes = vat.map((each) => h("tr", {}, h("th", { scope: "row", class: "figure" }, rate(each.rate_basis_points)), cell(each.gross), cell(each.vat)));
  const taxHead = h("tr", {}, ...[say("vat_rate"), say("vat_gross"), say("vat_tax")].map((text) => h("th", { scope: "col", class: "figure" }, text)));
  return h(
    "div",
    {},
    h("table", {}, h("caption", {}, say("lines")), h("thead", { class: "unseen" }, h("tr", {}, h("th", { scope: "col" }, say("article")), h("th", { scope: "col" }, say("amount")))), h("tbody", {}, ...items, tip, total)),
    vat.length ? h("table", { class: "vat" }, h("caption", {}, say("vat")), h("thead", {}, taxHead), h("tbody", {}, ...taxes)) : null,
    facts(rows.filter(([, value]) => value !== "")),
  );
}

/** @param {Payment} payment */
function refunds(payment) {
  if (payment.refunds.length === 0) return null;
  const rows = payment.refunds.map((each) => {
    const words = h("span", { class: "words" }, h("span", { class: "title" }, say(`refund_${each.status}`)), h("span", { class: "quiet" }, [moment(each.created_at), each.reason].filter(Boolean).join(" · ")));
    const inside = [icon("refund"), words, h("span", { class: "sum figure" }, money(each.amount, each.currency))];
    return h("li", {}, each.status === "succeeded" ? h("a", { class: "row", href: `#/payment/${payment.id}/${each.id}` }, ...inside, icon("forward")) : h("div", { class: "row" }, ...inside));
  });
  return h("section", {}, h("h2", {}, say("refunds")), h("ul", { class: "rows" }, ...rows));
}

/**
 * @param {Frame} frame
 * @param {Receipt} receipt
 */
function actions(frame, receipt) {
  const share = h("button", { type: "button", class: "plain", onclick: () => void frame.act(share, give) }, icon("share"), h("span", {}, say("share")));
  const pdf = h("button", { type: "button", class: "plain", onclick: () => void frame.act(pdf, fetchPdf) }, icon("file"), h("span", {}, say("pdf")));
  const path = receipt.refund ? `payments/${receipt.payment}/refunds/${receipt.refund}/receipt/pdf` : `payments/${receipt.payment}/receipt/pdf`;
  async function give() {
    const text = receiptText(receipt);
    if (navigator.share) {
      await navigator.share({ title: say("receipt"), text }).catch((/** @type {Error} */ error) => {
        if (error.name !== "AbortError") throw error;
      });
    } else {
      await navigator.clipboard.writeText(text);
      frame.note(say("copied"));
    }
  }
  const fetchPdf = () => download(frame.wallet, path, `${receipt.refund ?? receipt.payment}.pdf`);
  return h("div", { class: "actions" }, share, frame.isOnline ? pdf : null);
}

/**
 * Return the receipt as a plain text, for whoever it is sent to.
 * @param {Receipt} receipt
 */
export function receiptText(receipt) {
  const { currency, lines = [], vat = [] } = receipt;
  return [
    receipt.merchant,
    [receipt.store, ...receipt.address].filter(Boolean).join(", "),
    receipt.vat_number,
    moment(receipt.time),
    "",
    ...lines.map((line) => `${quantity(line.quantity)} x ${line.name}  ${figure(line.amount, currency)}`),
    `${say(receipt.kind === "refund" ? "given_back" : "total", { currency })}  ${figure(receipt.amount, currency)}`,
    ...vat.map((each) => say("vat_line", { rate: rate(each.rate_basis_points), gross: figure(each.gross, currency), tax: figure(each.vat, currency) })),
    "",
    say("payment_id", { id: receipt.refund ?? receipt.payment }),
  ].join("\n");
}
