import assert from "node:assert/strict";
import test from "node:test";

import { fromText, numberOf, toText, unsigned, utf8 } from "../../static/wallet/js/bytes.js";
import { encodeClaims } from "../../static/wallet/js/claims.js";
import { fromPublicId, fromUuid } from "../../static/wallet/js/ids.js";
import { stretchPin } from "../../static/wallet/js/keys.js";
import { consentContent, enrolMessage, normalForm } from "../../static/wallet/js/messages.js";
import { parsePublicKey, verifySignature } from "../../static/wallet/js/signatures.js";
import { MODULES, SIDE, modulesOf, pathOf } from "../../static/wallet/js/symbol.js";
import { weaknessOf } from "../../static/wallet/js/pin.js";
import { known } from "./file.js";

const MALFORMED = { code: "malformed" };

test("a binary value has one spelling", () => {
  assert.deepEqual(fromText("AAE"), Uint8Array.of(0, 1));
  assert.equal(toText(Uint8Array.of(0xfb, 0xff)), "-_8");
  for (const text of ["AAF", "AA==", "AA+A", "A", "AA A", "AAAA\n", undefined, 7]) {
    assert.throws(() => fromText(text), MALFORMED, String(text));
  }
});

test("a number that does not fit its field is refused", () => {
  assert.deepEqual(unsigned(4, 0xfffffffe, "x"), Uint8Array.of(0xff, 0xff, 0xff, 0xfe));
  assert.equal(numberOf(unsigned(8, Number.MAX_SAFE_INTEGER, "x").slice(1)), Number.MAX_SAFE_INTEGER);
  for (const value of [-1, 2 ** 32, 1.5, Number.NaN, "1", undefined]) {
    assert.throws(() => unsigned(4, value, "x"), MALFORMED, String(value));
  }
  assert.throws(() => unsigned(8, 2 ** 53, "x"), MALFORMED);
});

test("half a character is not signed as something else", () => {
  assert.throws(() => utf8("\ud83e"), MALFORMED);
  assert.equal(utf8("🧀").length, 4);
});

test("a field of another length never becomes part of a message", async () => {
  const claims = { ...fieldsOf(known.valid[0].fields), deviceRef: new Uint8Array(7), sync: new Uint8Array(5) };
  assert.throws(() => encodeClaims(claims), MALFORMED);
  await assert.rejects(
    enrolMessage({ realm: known.realm, challenge: new Uint8Array(31), activationCode: "A", publicKey: known.devicePublic }),
    MALFORMED,
  );
  const shown = { deviceRef: known.deviceRef, paymentId: new Uint8Array(16), amountMinor: 1, merchant: "", isYes: true };
  for (const currency of ["chf", "CH", "CHFF", "CHF\n"]) {
    await assert.rejects(consentContent({ ...shown, currency }), MALFORMED);
  }
});

test("an id gives its sixteen bytes, and no other kind or spelling does", () => {
  const bytes = fromPublicId("pay", "pay_01m84j1fzxe4n81z9c3erjb02x");
  assert.equal(bytes.length, 16);
  assert.deepEqual(fromUuid("107c2a5a-d7ee-4df5-8341-d6de111b7984"), known.realm);
  for (const text of ["dev_01m84j1fzxe4n81z9c3erjb02x", "pay_01M84J1FZXE4N81Z9C3ERJB02X", "pay_81m84j1fzxe4n81z9c3erjb02x", "pay_1"]) {
    assert.throws(() => fromPublicId("pay", text), MALFORMED, text);
  }
});

test("an activation code is read as people type it", () => {
  assert.equal(normalForm(" o1il-7k3q zp09\u00a0XW "), "01117K3QZP09XW");
});

test("only four to twelve digits are a PIN", async () => {
  const phone = { realm: known.realm, deviceRef: known.deviceRef };
  for (const pin of ["123", "1234567890123", "12345a", "１２３４５６", "", "123456\n"]) {
    await assert.rejects(stretchPin(pin, phone), MALFORMED, pin);
  }
});

test("weak PINs are named, others are not", () => {
  for (const pin of ["000000", "121212", "123123", "1111", "77777777"]) assert.equal(weaknessOf(pin), "repeat", pin);
  for (const pin of ["123456", "987654", "4321", "890123", "210987"]) assert.equal(weaknessOf(pin), "run", pin);
  for (const pin of ["240381", "810324", "24031981", "2403", "1981"]) assert.equal(weaknessOf(pin, ["1981-03-24"]), "date", pin);
  for (const pin of ["271828", "764630", "240382", "1357"]) assert.equal(weaknessOf(pin, ["1981-03-24"]), null, pin);
});

test("a key that is no canonical point is refused", async () => {
  const off = known.devicePublic.slice();
  off[64] ^= 1;
  const large = Uint8Array.of(4, ...new Uint8Array(32).fill(0xff), ...known.devicePublic.slice(33));
  const compressed = Uint8Array.of(2, ...known.devicePublic.slice(1, 33));
  for (const point of [off, large, compressed, new Uint8Array(65), new Uint8Array(0)]) {
    await assert.rejects(parsePublicKey(point), { code: "invalid_key" });
  }
});

test("a signature of another length or of zeros is wrong, and nothing worse", async () => {
  for (const signature of [new Uint8Array(64), new Uint8Array(63), new Uint8Array(65), new Uint8Array(0)]) {
    assert.equal(await verifySignature(known.devicePublic, new Uint8Array(3), signature), false);
  }
});

test("the symbol is version 11, whatever the text, and its path draws each dark module once", () => {
  for (const text of [known.valid[0].text, "A".repeat(248), "1".repeat(248)]) {
    const modules = modulesOf(text);
    assert.deepEqual([modules.length, modules[0].length], [MODULES, MODULES]);
    const drawn = [...pathOf(text).matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].flatMap(([, x, y, width]) =>
      Array.from({ length: Number(width) }, (_, step) => `${Number(x) + step - 4},${Number(y) - 4}`),
    );
    const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x},${y}`] : [])));
    assert.deepEqual(drawn, dark);
  }
  assert.equal(SIDE, 69);
  assert.throws(() => modulesOf("A".repeat(400)), MALFORMED);
});

function fieldsOf(fields) {
  return { ...fields, deviceRef: known.deviceRef, issuedAt: fields.issued_at, posTag: new Uint8Array(3) };
}
