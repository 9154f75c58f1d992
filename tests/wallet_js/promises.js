// What every implementation promises about the published vectors, as [sentence, check] pairs: node runs them, and so
// does the browser. A check throws when the promise is broken.

import { toHex } from "../../static/wallet/js/bytes.js";
import { decodeClaims, encodeClaims } from "../../static/wallet/js/claims.js";
import { codeContext, deriveKPin, hmacKey, posTag, stretchPin } from "../../static/wallet/js/keys.js";
import { CONSTANT_PREFIX } from "../../static/wallet/js/layout.js";
import * as messages from "../../static/wallet/js/messages.js";
import { codeMessage, makeCode, makePinProof, packPlaintext, seal, writePayload, writeText } from "../../static/wallet/js/paycode.js";
import { signMessage, verifySignature } from "../../static/wallet/js/signatures.js";
import { bytesOf, claimsOf, deviceKey } from "./known.js";
import { fixedSuite } from "./server/chosen.js";
import { Desk } from "./server/desk.js";
import { payloadOf, readText } from "./server/text.js";
import { isPinProved, isSignedBy, openCode, serverKeys, unseal } from "./server/unseal.js";

export function promisesOf(known) {
  return [
    ...known.valid.flatMap((vector) => promisesOfValid(known, vector)),
    ...known.vectors.invalid.map((vector) => promiseOfInvalid(known, vector)),
    ...promisesOfSequence(known),
    ...promisesOfKeys(known),
    ...promisesOfMessages(known),
  ];
}

function promisesOfValid(known, vector) {
  const { realm, kid, serverPublic } = known;
  const claims = claimsOf(vector.fields);
  return [
    [
      `reads the published fields: ${vector.what}`,
      async () => {
        const code = await opened(known, vector.text);
        same(code.claims, claims);
        same(toHex(code.body), vector.body);
        same(toHex(code.pinProof), vector.pin_proof);
        same(toHex(code.signature), vector.signature);
      },
    ],
    [
      `believes signature and proof: ${vector.what}`,
      async () => {
        const code = await opened(known, vector.text);
        same(await isSignedBy(code, { publicKey: known.devicePublic, realm }), true);
        same(await isPinProved(code, { kPin: await hmacKey(known.kPin), realm }), true);
      },
    ],
    [
      `makes the published code again: ${vector.what}`,
      async () => {
        const body = encodeClaims(claims);
        same(toHex(body), vector.body);
        const proof = await makePinProof(body, { kPin: await hmacKey(known.kPin), realm, kid });
        same(toHex(proof), vector.pin_proof);
        const sealed = await seal(packPlaintext(body, proof, bytesOf(vector.signature)), {
          serverKey: serverPublic,
          info: codeContext("code seal", realm, kid),
          suite: await fixedSuite(bytesOf(vector.ephemeral_private)),
        });
        same(toHex(writePayload(kid, sealed)), vector.payload);
        same(writeText(kid, sealed), vector.text);
        same(toHex(payloadOf(vector.text)), vector.payload);
      },
    ],
    [
      `a code that it makes itself says the same: ${vector.what}`,
      async () => {
        const keys = { realm, kid, serverKey: serverPublic, deviceKey: await deviceKey(known) };
        const text = await makeCode(claims, { ...keys, kPin: await hmacKey(known.kPin) });
        const code = await opened(known, text);
        same(text.length, 248);
        same(code.claims, decodeClaims(bytesOf(vector.body)));
        same(toHex(code.pinProof), vector.pin_proof);
        same(await isSignedBy(code, { publicKey: known.devicePublic, realm }), true);
      },
    ],
    [
      `accepts it where it is meant to be shown: ${vector.what}`,
      async () => {
        const where = { sync: claims.sync, purpose: claims.flags >> 5, tillIsTraining: Boolean(claims.flags & 0x10) };
        same(await new Desk(known, where).decide(vector.text), "accepted");
      },
    ],
  ];
}

function promiseOfInvalid(known, vector) {
  const sync = bytesOf(known.valid[0].fields.sync);
  return [
    `refuses for the published reason: ${vector.what}`,
    async () => same(await new Desk(known, { sync }).decide(vector.text), vector.error),
  ];
}

function promisesOfSequence(known) {
  const { codes } = known.vectors.sequence;
  const { text: malleated } = known.vectors.malleated;
  return [
    [
      "decides the published sequence on one device",
      async () => {
        const desk = new Desk(known, { sync: (await opened(known, codes[0].text)).claims.sync });
        const results = [];
        for (const code of codes) results.push(await desk.decide(code.text));
        same(results, codes.map((code) => code.result));
      },
    ],
    [
      "accepts the other s of a signature, and counts it as the code that it copies",
      async () => {
        const copy = await opened(known, malleated);
        same(await isSignedBy(copy, { publicKey: known.devicePublic, realm: known.realm }), true);
        const original = known.valid.find((vector) => vector.body === toHex(copy.body));
        const desk = new Desk(known, { sync: copy.claims.sync });
        same([await desk.decide(original.text), await desk.decide(malleated)], ["accepted", "already_used"]);
      },
    ],
  ];
}

function promisesOfKeys(known) {
  const { realm, kid, deviceRef, vectors } = known;
  return [
    ...Object.entries(vectors.contexts).map(([label, published]) => [
      `binds to the published context: ${label}`,
      () => same(toHex(codeContext(label, realm, kid)), published),
    ]),
    ["starts every code with the published constant", () => same(toHex(CONSTANT_PREFIX), vectors.constant_prefix)],
    [
      "turns the PIN into the published key",
      async () => {
        const stretched = await stretchPin(vectors.pin, { realm, deviceRef });
        same(toHex(stretched), vectors.pbkdf2_output);
        same(toHex(await deriveKPin(await hmacKey(known.kDev), stretched)), vectors.k_pin);
      },
    ],
    [
      "finds the tag of a till",
      async () => same(toHex(await posTag({ realm, tillId: known.tillId })), known.valid[3].fields.pos_tag),
    ],
  ];
}

function promisesOfMessages(known) {
  const { realm, kid, deviceRef, challenge, wallet, devicePublic } = known;
  const oldKPin = () => hmacKey(known.kPin);
  const signed = async (message, published) => {
    same(toHex(message), published.message);
    same(await verifySignature(devicePublic, message, bytesOf(published.signature)), true);
  };
  return [
    [
      "an enrolment says the published message",
      async () => {
        const parts = { realm, challenge, publicKey: devicePublic };
        await signed(await messages.enrolMessage({ ...parts, activationCode: wallet.activation_code }), wallet.enrol);
        same(messages.normalForm("k7q2-m9al B2C3 D4E5"), wallet.activation_code);
      },
    ],
    [
      "a session says the published message, and proves the PIN",
      async () => {
        await signed(messages.sessionMessage({ realm, deviceRef, challenge }), wallet.session);
        const proof = await messages.sessionPinOk(await oldKPin(), { realm, deviceRef, challenge });
        same(toHex(proof), wallet.session.pin_ok);
      },
    ],
    [
      "a PIN is set, sealed and signed as published",
      async () => {
        const { pin_set: published } = wallet;
        const stretched = await stretchPin(published.new_pin, { realm, deviceRef });
        const kPin = await deriveKPin(await hmacKey(known.kDev), stretched);
        same(toHex(kPin), published.new_k_pin);
        const oldProof = await messages.pinChangeProof(await oldKPin(), { newKPin: kPin, challenge });
        same(toHex(oldProof), published.old_proof);
        const setting = { pinEpoch: published.pin_epoch, kPin, challenge, oldProof };
        const plaintext = messages.packPinSetting(setting);
        same(toHex(plaintext), published.plaintext);
        const info = messages.pinSetInfo({ realm, kid, deviceRef });
        same(toHex(info), published.info);
        const suite = await fixedSuite(bytesOf(published.ephemeral_private));
        const sealed = await seal(plaintext, { serverKey: known.serverPublic, info, suite });
        same(toHex(sealed), published.sealed);
        await signed(await messages.pinSetMessage({ realm, sealed }), published);
        const pair = await serverKeys(known.serverPrivate, known.serverPublic);
        same(toHex(await unseal(sealed, { pair, info })), published.plaintext);
      },
    ],
    [
      "a consent says the published message, and proves the PIN",
      async () => {
        const { step_up: published } = wallet;
        const content = await messages.consentContent({
          deviceRef,
          paymentId: bytesOf(published.payment_id),
          amountMinor: published.amount,
          currency: published.currency,
          merchant: published.merchant,
          isYes: published.decision === 1,
        });
        await signed(messages.stepUpMessage({ realm, content }), published);
        same(toHex(await messages.consentPinOk(await oldKPin(), { realm, content })), published.pin_ok);
      },
    ],
    [
      "a signed document says the published message",
      async () => {
        const { signed_document: published } = wallet;
        const document = bytesOf(published.document);
        const message = await messages.documentMessage(published.label, { realm, document });
        same(toHex(message), published.message);
        same(await verifySignature(bytesOf(published.public_key), message, bytesOf(published.signature)), true);
      },
    ],
    [
      "its own signature is one that it believes",
      async () => {
        const body = bytesOf(known.valid[0].body);
        const message = codeMessage(body, { realm, kid });
        const signature = await signMessage(await deviceKey(known), message);
        same(signature.length, 64);
        same(await verifySignature(devicePublic, message, signature), true);
      },
    ],
  ];
}

async function opened(known, text) {
  const pair = await serverKeys(known.serverPrivate, known.serverPublic);
  return openCode(await readText(text), { pair, realm: known.realm });
}

/** Compare as JSON, which both places have; bytes are compared as they are written. */
export function same(found, expected) {
  const [left, right] = [written(found), written(expected)];
  if (left !== right) throw new Error(`expected ${right}, found ${left}`);
}

function written(value) {
  return JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? toHex(part) : part));
}
