import assert from "node:assert/strict";
import test from "node:test";

import { fromText, toText, utf8 } from "../../static/wallet/js/bytes.js";
import { secondsOf, verified, verifiedReceipt, verifiedRealm } from "../../static/wallet/js/documents.js";
import { documentMessage } from "../../static/wallet/js/messages.js";
import { makeSigningKey, signMessage } from "../../static/wallet/js/signatures.js";

const REALM_ID = "107c2a5a-d7ee-4df5-8341-d6de111b7984";
const realm = fromText("EHwqWtfuTfWDQdbeERt5hA");
const root = await makeSigningKey();
const NOW = secondsOf("2026-11-25T12:00:00Z");
const DOCUMENT = {
  realm: REALM_ID,
  version: 6,
  issued_at: "2026-11-23T16:05:12Z",
  expires_at: "2026-12-23T16:05:12Z",
  server_time: "2026-11-23T16:05:12Z",
  code_keys: [],
  receipt_keys: [],
};
const against = { realm, rootKey: root.publicKey, knownVersion: 6, now: NOW };

test("a realm document is believed as it came, blanks and order included", async () => {
  const text = `{ "version" : 7,  ${JSON.stringify({ ...DOCUMENT, version: undefined }).slice(1)}`;

  const document = await verifiedRealm(await signedText(text, "realm"), against);

  assert.equal(document.version, 7);
});

test("one changed byte is not believed, even where it changes no meaning", async () => {
  const signed = await signedText(JSON.stringify(DOCUMENT), "realm");
  const reserialised = toText(utf8(JSON.stringify(JSON.parse(new TextDecoder().decode(fromText(signed.document))), null, 1)));

  await refuses(verifiedRealm({ ...signed, document: reserialised }, against));
});

test("another root, another realm and another label are not believed", async () => {
  const signed = await signedText(JSON.stringify(DOCUMENT), "realm");
  const other = await makeSigningKey();

  await refuses(verifiedRealm(signed, { ...against, rootKey: other.publicKey }));
  await refuses(verifiedRealm(signed, { ...against, realm: new Uint8Array(16) }));
  await refuses(verifiedRealm(await signedText(JSON.stringify(DOCUMENT), "receipt"), against));
  await refuses(verifiedRealm(await signedText(JSON.stringify({ ...DOCUMENT, realm: REALM_ID.toUpperCase() }), "realm"), against));
});

test("a lower version is refused, the same is taken", async () => {
  const signed = await signedText(JSON.stringify(DOCUMENT), "realm");

  await refuses(verifiedRealm(signed, { ...against, knownVersion: 7 }));
  assert.equal((await verifiedRealm(signed, against)).version, 6);
});

test("an expired document is refused as an update", async () => {
  const signed = await signedText(JSON.stringify(DOCUMENT), "realm");
  const nonsense = await signedText(JSON.stringify({ ...DOCUMENT, expires_at: "soon" }), "realm");
  const bornDead = await signedText(JSON.stringify({ ...DOCUMENT, expires_at: DOCUMENT.server_time }), "realm");

  await refuses(verifiedRealm(signed, { ...against, now: secondsOf(DOCUMENT.expires_at) }));
  await refuses(verifiedRealm(nonsense, against));
  await refuses(verifiedRealm(bornDead, { ...against, now: Number.NEGATIVE_INFINITY }));
});

test("what is signed but is no JSON object is no document", async () => {
  for (const text of ["[]", "null", '"realm"', "{", "", "\u{feff}{}"]) {
    await refuses(verified(await signedText(text, "stop"), { label: "stop", realm, publicKey: root.publicKey }));
  }
  const broken = await signedBytes(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), "stop");
  await refuses(verified(broken, { label: "stop", realm, publicKey: root.publicKey }));
});

test("a receipt is believed for its own payment, by a key that the realm names", async () => {
  const keys = [{ id: "receipt-1", public_key: toText(root.publicKey), not_before: "", not_after: "" }];
  const signed = await signedText('{"payment":"pay_1","amount":4250}', "receipt", "receipt-1");
  const refund = await signedText('{"payment":"pay_1","refund":"ref_1","amount":4250}', "receipt", "receipt-1");
  const asked = { realm, keys, paymentId: "pay_1" };

  assert.equal((await verifiedReceipt(signed, asked)).amount, 4250);
  assert.equal((await verifiedReceipt(refund, { ...asked, refundId: "ref_1" })).amount, 4250);
  await refuses(verifiedReceipt(signed, { ...asked, paymentId: "pay_2" }));
  await refuses(verifiedReceipt(refund, asked));
  await refuses(verifiedReceipt(signed, { ...asked, refundId: "ref_1" }));
  await refuses(verifiedReceipt({ ...signed, key: "receipt-2" }, asked));
});

test("what is not even a signed document is refused", async () => {
  for (const signed of [{}, { document: "e30", signature: "" }, { document: "e30=", signature: "e30" }]) {
    await refuses(verifiedRealm(signed, against));
  }
});

function signedText(text, label, key = "root") {
  return signedBytes(utf8(text), label, key);
}

async function signedBytes(document, label, key = "root") {
  const signature = await signMessage(root.privateKey, await documentMessage(label, { realm, document }));
  return { document: toText(document), key, signature: toText(signature) };
}

async function refuses(promise) {
  await assert.rejects(promise, { code: "not_genuine" });
}
