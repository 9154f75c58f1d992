// Answers what the tests in Python ask on standard input, with the wallet's own modules.

import { readFileSync } from "node:fs";

import { toHex, toText } from "../../static/wallet/js/bytes.js";
import { fromPublicId } from "../../static/wallet/js/ids.js";
import { deriveKPin, hmacKey, posTag, stretchPin } from "../../static/wallet/js/keys.js";
import * as messages from "../../static/wallet/js/messages.js";
import { makeCode } from "../../static/wallet/js/paycode.js";
import { verifySignature } from "../../static/wallet/js/signatures.js";
import { modulesOf } from "../../static/wallet/js/symbol.js";
import { bytesOf, claimsOf, deviceKey } from "./known.js";
import { readText } from "./server/text.js";
import { openCode, serverKeys } from "./server/unseal.js";

const ANSWERS = { draw, make, read, say };

function draw(text) {
  return modulesOf(text);
}

async function make(wish) {
  const known = { vectors: { device_private: wish.device_private }, devicePublic: bytesOf(wish.device_public) };
  const realm = bytesOf(wish.realm);
  const tag = toHex(await posTag({ realm, tillId: wish.till_id }));
  return makeCode(claimsOf({ ...wish.claims, pos_tag: tag }), {
    realm,
    kid: wish.kid,
    serverKey: bytesOf(wish.server_key),
    deviceKey: await deviceKey(known),
    kPin: await hmacKey(bytesOf(wish.k_pin)),
  });
}

async function read({ text, realm, server_private: serverPrivate, server_public: serverPublic }) {
  const pair = await serverKeys(bytesOf(serverPrivate), bytesOf(serverPublic));
  const { kid, claims } = await openCode(await readText(text), { pair, realm: bytesOf(realm) });
  return {
    ...{ kid, flags: claims.flags, device_ref: toHex(claims.deviceRef), counter: claims.counter },
    ...{ issued_at: claims.issuedAt, instrument: claims.instrument, fallback: claims.fallback, cap: claims.cap },
    ...{ sync: toHex(claims.sync), pos_tag: toHex(claims.posTag) },
  };
}

async function say(asked) {
  const [realm, challenge, publicKey] = [asked.realm, asked.challenge, asked.public_key].map(bytesOf);
  const [deviceRef, newDeviceRef] = [asked.old_ref, asked.new_ref].map(bytesOf);
  const kDev = await hmacKey(bytesOf(asked.k_dev));
  const kPin = await hmacKey(await deriveKPin(kDev, await stretchPin(asked.pin, { realm, deviceRef })));
  const refs = { oldDeviceRef: deviceRef, newDeviceRef };
  const handover = await messages.handoverMessage({ realm, ...refs, newPublicKey: publicKey, challenge });
  const content = await messages.consentContent({
    ...{ deviceRef, paymentId: fromPublicId("pay", asked.payment), isYes: true },
    ...{ amountMinor: asked.amount, currency: asked.currency, merchant: asked.merchant },
  });
  return {
    handover: toHex(handover),
    handover_is_signed: await verifySignature(publicKey, handover, bytesOf(asked.signature)),
    consent: toHex(content),
    consent_pin_ok: toHex(await messages.consentPinOk(kPin, { realm, content })),
    session_pin_ok: toHex(await messages.sessionPinOk(kPin, { realm, deviceRef, challenge })),
    text: toText(challenge),
  };
}

const question = JSON.parse(readFileSync(0, "utf8"));
const answer = {};
for (const [name, all] of Object.entries(question)) answer[name] = await Promise.all(all.map(ANSWERS[name]));
process.stdout.write(JSON.stringify(answer));
