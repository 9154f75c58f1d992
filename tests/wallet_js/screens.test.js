// What the screens decide and write without a page: figures, typed codes, words, who may see what, and finding a payment.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { byDay, outcome, says } from "../../static/wallet/js/screens/history.js";
import { isMore } from "../../static/wallet/js/screens/limits.js";
import { receiptText } from "../../static/wallet/js/screens/payment.js";
import * as figures from "../../static/wallet/js/screens/figures.js";
import { LANGUAGES, firstSpoken, say, sayIfKnown, speak } from "../../static/wallet/js/screens/language.js";
import { Cancelled, codeOf, told, triesLeftOf } from "../../static/wallet/js/screens/problems.js";
import { admitted, standingOf } from "../../static/wallet/js/screens/standing.js";
import { codeIn, groupedCode, groupedDigits, isWholeCode } from "../../static/wallet/js/screens/typed_codes.js";
import { Refused, WalletError } from "../../static/wallet/js/errors.js";

// All that the language touches of a page.
globalThis.document = { documentElement: {} };

const SCREENS = new URL("../../static/wallet/js/screens/", import.meta.url);
const ALL_WORDS = Object.fromEntries(
  await Promise.all(Object.keys(LANGUAGES).map(async (code) => [code, (await import(`../../static/wallet/js/words/${code}.js`)).words])),
);

const PAYMENT = {
  ...{ id: "pay_1", status: "captured", refund_status: "none", amount: 123450, captured: 123450, currency: "CHF" },
  ...{ merchant: "Bergfrisch Genossenschaft", store: "Zürich Limmatplatz", reference: "2031-0007" },
  ...{ instrument: { handle: 1, kind: "bank_account", label: "Bank ...7301" }, created_at: "2026-11-23T22:30:00Z" },
};

test("money is written with a point, an apostrophe and a blank that does not break", () => {
  assert.equal(figures.money(123450, "CHF"), "CHF\u00a01’234.50");
  assert.equal(figures.money(5, "CHF"), "CHF\u00a00.05");
  assert.equal(figures.money(-50, "CHF"), "CHF\u00a0-0.50");
  assert.equal(figures.money(123456789012, "EUR"), "EUR\u00a01’234’567’890.12");
  assert.equal(figures.money(1234, "JPY"), "JPY\u00a01’234");
});

test("an amount is read as people type it, and nothing else is", () => {
  const read = (/** @type {string} */ typed) => figures.readAmount(typed, "CHF");
  assert.deepEqual(["50", "50.", "50,5", "1’234.50", "1'234.5", "CHF 20", " 0.05 "].map(read), [5000, 5000, 5050, 123450, 123450, 2000, 5]);
  assert.deepEqual(["", "abc", "1.234", "-5", "1e3", "1.2.3", "12345678901", "."].map(read), Array(8).fill(null));
  assert.equal(figures.readAmount("500", "JPY"), 500);
  assert.equal(figures.readAmount("5.5", "JPY"), null);
});

test("rates and quantities carry no zeros that say nothing", () => {
  assert.deepEqual([810, 260, 0, 1000].map(figures.rate), ["8.1\u00a0%", "2.6\u00a0%", "0\u00a0%", "10\u00a0%"]);
  assert.deepEqual(["1.250", "2.000", "10", "0.5"].map(figures.quantity), ["1.25", "2", "10", "0.5"]);
});

test("a moment is that of the shops' clock, in summer and in winter", () => {
  assert.equal(figures.moment("2026-11-23T15:05:12.120Z"), "23.11.2026, 16:05");
  assert.equal(figures.moment("2026-07-01T22:00:00Z"), "02.07.2026, 00:00");
  assert.equal(figures.clock("2026-11-23T23:05:00Z"), "00:05");
  assert.equal(figures.dayOf("2026-11-23T23:30:00Z"), "2026-11-24");
  assert.equal(figures.dayInWords("2026-11-23", "de"), "Montag, 23. November 2026");
});

test("an activation code is forgiven its O, I and L, its case and its blanks", () => {
  assert.equal(groupedCode("7k3q zpO9-xwm4tIhc"), "7K3Q-ZP09-XWM4-T1HC");
  assert.equal(isWholeCode("7k3q zpO9-xwm4tlhc"), true);
  assert.equal(isWholeCode("7K3Q-ZP09-XWM4-T2H"), false);
  // U is in no code: it stays, so that whoever typed it sees it.
  assert.equal(groupedCode("UUUU"), "UUUU");
  assert.equal(isWholeCode("UUUU-ZP09-XWM4-T2HC"), false);
});

test("a scanned letter and a followed link give the same code", () => {
  const code = "7K3Q-ZP09-XWM4-T2HC";
  assert.equal(codeIn("7K3QZP09XWM4T2HC"), code);
  assert.equal(codeIn("https://pay.example/wallet/#activate=7K3QZP09XWM4T2HC"), code);
  assert.equal(codeIn("#activate=7k3q-zp09-xwm4-t2hc"), code);
  assert.equal(codeIn("https://elsewhere.example/"), null);
  assert.equal(codeIn("#activate=%E0%A4%A"), null);
});

test("mailed digits are grouped while they are typed, and pasted with whatever is around them", () => {
  assert.equal(groupedDigits("12345678"), "1234 5678");
  assert.equal(groupedDigits(" 1234-56"), "1234 56");
});

test("a phone is shown the screens that it can use, and no other", () => {
  const state = { status: "active", pin: { state: "set", epoch: 1, tries_left: 3 } };
  const known = { isEnrolled: true, state, halted: null, stopped: null, isWaiting: false };
  const standing = (/** @type {object} */ more) => standingOf(/** @type {any} */ ({ ...known, ...more }));
  assert.equal(standing({}), "ready");
  assert.equal(standing({ isEnrolled: false }), "new");
  assert.equal(standing({ state: null }), "no_pin");
  assert.equal(standing({ state: null, isWaiting: true }), "pending");
  assert.equal(standing({ state: { ...state, status: "pending" } }), "pending");
  assert.equal(standing({ state: { ...state, pin: { state: "none" } } }), "no_pin");
  assert.equal(standing({ state: { ...state, pin: { state: "locked" } } }), "pin_locked");
  assert.equal(standing({ state: { ...state, status: "locked" } }), "stopped");
  assert.equal(standing({ stopped: "device_revoked" }), "stopped");
  assert.equal(standing({ halted: "counter_behind" }), "halted");
  assert.equal(admitted("new", "code"), "welcome");
  assert.equal(admitted("pending", "home"), "pending");
  assert.equal(admitted("no_pin", "code"), "first-pin");
  assert.equal(admitted("ready", "first-pin"), "home");
  assert.equal(admitted("ready", "history"), "history");
  assert.equal(admitted("new", "help"), "help");
});

test("a payment is found by all words of a search, and by its amount as it is typed", () => {
  for (const words of ["", "bergfrisch", "zürich 2031", "1234.50", "1234,50", "1’234", "7301"]) assert.ok(says(PAYMENT, words), words);
  for (const words of ["bern", "bergfrisch bern", "99"]) assert.ok(!says(PAYMENT, words), words);
});

test("the history has the days of the shops, and the order in which the payments came", () => {
  const early = { ...PAYMENT, id: "pay_0", created_at: "2026-11-23T10:00:00Z" };
  const late = { ...PAYMENT, id: "pay_2", created_at: "2026-11-23T23:30:00Z" };
  const days = byDay([late, PAYMENT, early]).map(([day, payments]) => [day, payments.map((each) => each.id)]);
  assert.deepEqual(days, [["2026-11-24", ["pay_2"]], ["2026-11-23", ["pay_1", "pay_0"]]]);
});

test("only what was captured counts as paid, and a refund says so", () => {
  assert.deepEqual(outcome(PAYMENT), { word: "status_captured", isPaid: true });
  assert.deepEqual(outcome({ ...PAYMENT, refund_status: "partial" }), { word: "status_partly_refunded", isPaid: true });
  assert.deepEqual(outcome({ ...PAYMENT, refund_status: "full" }), { word: "status_refunded", isPaid: true });
  assert.deepEqual(outcome({ ...PAYMENT, status: "authorised" }), { word: "status_authorised", isPaid: false });
});

test("raising a limit is told from lowering it", () => {
  assert.equal(isMore(200, 100), true);
  assert.equal(isMore(100, 100), false);
  assert.equal(isMore(50, 100), false);
  assert.equal(isMore(null, 100), false);
  assert.equal(isMore(200, null), false);
});

test("the first of the browser's languages that is spoken here is spoken, else German", () => {
  assert.equal(firstSpoken(["rm", "fr-CH", "de"]), "fr");
  assert.equal(firstSpoken(["ja"]), "de");
});

test("the four languages have the same words with the same names in them, and none is empty", () => {
  const names = (/** @type {string} */ text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const [code, words] of Object.entries(ALL_WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(ALL_WORDS.en).sort(), code);
    for (const [word, text] of Object.entries(words)) {
      assert.notEqual(text.trim(), "", `${code} ${word}`);
      assert.deepEqual(names(text), names(ALL_WORDS.en[word]), `${code} ${word}`);
      assert.ok(!text.includes("ß"), `${code} ${word}`);
    }
  }
});

test("every word that a screen asks for by its name is there", () => {
  const missing = readdirSync(SCREENS).flatMap((file) => {
    const source = readFileSync(new URL(file, SCREENS), "utf8");
    return [...source.matchAll(/\bsay\("(\w+)"/g)].map((match) => match[1]).filter((word) => !(word in ALL_WORDS.en));
  });
  assert.deepEqual(missing, []);
});

test("one is said otherwise than many", async () => {
  await speak("de");
  assert.equal(say("pin_tries", { count: 2 }), "Noch 2 Versuche");
  assert.equal(say("pin_tries", { count: 1 }), "Noch 1 Versuch");
  assert.equal(sayIfKnown("no_such_word"), null);
});

test("what went wrong is told in words, never as a code", async () => {
  await speak("en");
  const wrong = new Refused(403, { code: "pin_wrong", tries_left: 1 });
  assert.equal(triesLeftOf(wrong), 1);
  assert.match(told(wrong).text, /1 try left/);
  assert.match(told(new WalletError("pin_weak", "run")).text, /follow each other/);
  const odd = told(new Refused(409, { code: "something_new", request_id: "r-1" }));
  assert.equal(odd.requestId, "r-1");
  assert.doesNotMatch(odd.text, /something_new/);
  assert.equal(codeOf(new Cancelled()), "unexpected");
  assert.equal(told(new TypeError("x is not a function")).text, say("problem_unexpected"));
});

test("a receipt that is passed on is complete and readable", async () => {
  await speak("de");
  const text = receiptText({
    ...{ kind: "payment", payment: "pay_1", version: 4, device_ref: "x", merchant: "Bergfrisch Genossenschaft" },
    ...{ vat_number: "CHE-000.000.000 MWST", store: "Zürich Limmatplatz", address: ["Zürich", "CH"], till: "Kasse 1" },
    ...{ cashier: "0042", reference: "2031-0007", amount: 4250, currency: "CHF", instrument: null, training: false },
    ...{ lines: [{ name: "Äpfel", quantity: "1.250", amount: 500, vat_rate_basis_points: 260 }] },
    ...{ vat: [{ rate_basis_points: 260, gross: 500, vat: 13 }], time: "2026-11-23T16:05:14.102Z" },
  });
  assert.equal(
    text,
    [
      ...["Bergfrisch Genossenschaft", "Zürich Limmatplatz, Zürich, CH", "CHE-000.000.000 MWST", "23.11.2026, 17:05", ""],
      ...["1.25 x Äpfel  5.00", "Total CHF  42.50", "MWST 2.6\u00a0%: 0.13 von 5.00", "", "Zahlung pay_1"],
    ].join("\n"),
  );
});
