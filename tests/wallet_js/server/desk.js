// A server in memory that decides the published codes: the pure steps, and the others played.

import { Purpose, Verification, VERIFICATION_MASK } from "../../../static/wallet/js/claims.js";
import { toHex } from "../../../static/wallet/js/bytes.js";
import { hmacKey } from "../../../static/wallet/js/keys.js";
import { isSame, readText } from "./text.js";
import { checkClaims, isPinProved, isSignedBy, openCode, serverKeys } from "./unseal.js";

/** One fresh active device with its PIN set, one live till, one call for a payment. */
export class Desk {
  constructor(known, { sync, purpose = Purpose.PAY, tillIsTraining = false }) {
    this.known = known;
    this.sync = sync;
    this.call = { now: known.now, realm: known.realm, tillId: known.tillId, tillIsTraining, purpose };
    this.counter = 0;
    this.triesLeft = 3;
    this.isCloned = false;
    this.seen = new Set();
    this.spent = new Map();
  }

  /** Return the reason of the first step that fails, or `accepted`. */
  async decide(text) {
    const { known } = this;
    let code;
    try {
      const sealed = await readText(text);
      if (sealed.kid !== known.kid) return "key_unknown";
      if (this.seen.has(toHex(sealed.digest))) return "already_used";
      const pair = await serverKeys(known.serverPrivate, known.serverPublic);
      code = await openCode(sealed, { pair, realm: known.realm });
      await checkClaims(code, this.call);
    } catch (error) {
      return error.code;
    }
    const isOurs = isSame(code.claims.deviceRef, known.deviceRef);
    if (!isOurs || !(await isSignedBy(code, { publicKey: known.devicePublic, realm: known.realm }))) return "rejected";
    return this.#spend(code);
  }

  /** Steps 8 to 10. */
  async #spend(code) {
    const { counter } = code.claims;
    const body = toHex(code.body);
    if (counter <= this.counter) {
      if ((this.spent.get(counter) ?? body) === body) return "already_used";
      this.isCloned = true;
      return "device_cloned";
    }
    this.counter = counter;
    this.spent.set(counter, body);
    this.seen.add(toHex(code.digest));
    if (!isSame(code.claims.sync, this.sync)) this.isCloned = true;
    if (this.isCloned) return "device_cloned";
    if ((code.claims.flags & VERIFICATION_MASK) === Verification.NONE) return "pin_required";
    if (this.triesLeft === 0) return "pin_locked";
    if (!(await isPinProved(code, { kPin: await hmacKey(this.known.kPin), realm: this.known.realm }))) {
      this.triesLeft -= 1;
      return "pin_wrong";
    }
    this.triesLeft = 3;
    return "accepted";
  }
}
