import assert from "node:assert/strict";
import test from "node:test";

import { toText } from "../../static/wallet/js/bytes.js";
import { Refused } from "../../static/wallet/js/errors.js";
import { hmacKey } from "../../static/wallet/js/keys.js";
import { sessionMessage, sessionPinOk } from "../../static/wallet/js/messages.js";
import { Sessions } from "../../static/wallet/js/session.js";
import { verifySignature } from "../../static/wallet/js/signatures.js";
import { deviceKey } from "./known.js";
import { known } from "./file.js";

const START = 1_795_449_610;

/** A server that opens sessions, a phone with a PIN typed or not, and a clock that the test moves. */
async function scene({ answer = () => ({}), isTyped = true } = {}) {
  const clock = { now: START };
  const opened = [];
  const pins = { kPin: isTyped ? await hmacKey(known.kPin) : null, forget: () => (pins.kPin = null) };
  const api = {
    challenge: async () => ({ challenge: toText(known.challenge) }),
    openSession: async (fields) => {
      opened.push(fields);
      const at = (seconds) => new Date((clock.now + seconds) * 1000).toISOString();
      const usual = {
        token: `session_${opened.length}`,
        expires_at: at(900),
        confirmed_until: fields.pin_ok ? at(300) : null,
        socket_ticket: `ticket_${opened.length}`,
      };
      return { ...usual, ...answer(fields) };
    },
  };
  const identity = async () => ({
    ...{ deviceId: "dev_1", deviceRef: known.deviceRef, privateKey: await deviceKey(known), realm: known.realm },
  });
  return { clock, opened, pins, sessions: new Sessions(api, identity, pins, () => clock.now) };
}

test("a session is signed by the phone, and confirmed with the PIN that was typed", async () => {
  const { opened, sessions } = await scene();

  await sessions.token({});
  await sessions.token({ needsConfirmation: true });

  const asked = { realm: known.realm, deviceRef: known.deviceRef, challenge: known.challenge };
  const signature = Buffer.from(opened[0].signature, "base64url");
  assert.equal(await verifySignature(known.devicePublic, sessionMessage(asked), new Uint8Array(signature)), true);
  assert.equal(opened[0].pin_ok, undefined);
  assert.equal(opened[1].pin_ok, toText(await sessionPinOk(await hmacKey(known.kPin), asked)));
});

test("everybody who asks at once gets the same session", async () => {
  const { opened, sessions } = await scene();

  const tokens = await Promise.all([sessions.token({}), sessions.token({}), sessions.token({})]);

  assert.deepEqual([new Set(tokens).size, opened.length], [1, 1]);
});

test("a session is used until shortly before its end, and a confirmation too", async () => {
  const { clock, opened, sessions } = await scene();
  await sessions.token({ needsConfirmation: true });

  clock.now = START + 280;
  await sessions.token({ needsConfirmation: true });
  assert.equal(opened.length, 1);

  clock.now = START + 295;
  assert.equal(sessions.isConfirmed, false);
  await sessions.token({});
  assert.equal(opened.length, 1);
  await sessions.token({ needsConfirmation: true });
  assert.equal(opened.length, 2);

  clock.now = START + 295 + 895;
  await sessions.token({});
  assert.equal(opened.length, 3);
});

test("a wrong PIN is tried once and forgotten", async () => {
  const wrong = () => {
    throw new Refused(403, { code: "pin_wrong", tries_left: 2 });
  };
  const { opened, pins, sessions } = await scene({ answer: wrong });

  await assert.rejects(sessions.token({ needsConfirmation: true }), { code: "pin_wrong", triesLeft: 2 });
  await assert.rejects(sessions.token({ needsConfirmation: true }), { code: "pin_needed" });

  assert.deepEqual([opened.length, pins.kPin], [1, null]);
});

test("nothing proves the PIN that was not asked to", async () => {
  const { clock, opened, sessions } = await scene();

  await sessions.token({});
  await sessions.ticket();
  clock.now = START + 1000;
  sessions.refused(await sessions.token({}));
  await sessions.token({});
  await sessions.ticket();
  await sessions.ticket();

  assert.equal(opened.length, 4);
  assert.deepEqual(opened.filter((fields) => fields.pin_ok), []);
});

test("each socket has a ticket of its own, and a confirmed session outlives them", async () => {
  const { sessions } = await scene();
  await sessions.token({ needsConfirmation: true });

  const tickets = [await sessions.ticket(), await sessions.ticket(), await sessions.ticket()];

  assert.deepEqual(tickets, ["ticket_1", "ticket_2", "ticket_3"]);
  assert.equal(sessions.isConfirmed, true);
  assert.equal(await sessions.token({ needsConfirmation: true }), "session_1");
});

test("after forgetting, no token is left", async () => {
  const { opened, sessions } = await scene();
  await sessions.token({ needsConfirmation: true });

  sessions.forget();

  assert.equal(sessions.isConfirmed, false);
  await sessions.token({});
  assert.equal(opened.length, 2);
});
