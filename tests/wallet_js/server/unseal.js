// Steps 5 to 7 and the proof of step 10, in the server's direction.

import { Purpose, TRAINING, Verification, VERIFICATION_MASK, decodeClaims } from "../../../static/wallet/js/claims.js";
import { CodeError } from "../../../static/wallet/js/errors.js";
import { codeContext, posTag } from "../../../static/wallet/js/keys.js";
import { ANY_TILL, BODY_LENGTH, NO_PROOF, PIN_PROOF_LENGTH } from "../../../static/wallet/js/layout.js";
import { SUITE, codeMessage, makePinProof } from "../../../static/wallet/js/paycode.js";
import { verifySignature } from "../../../static/wallet/js/signatures.js";
import { isSame } from "./text.js";

const OLDEST_SECONDS = 300;
const NEWEST_SECONDS = 60;

/** Return the server's key pair; HPKE wants to see the public half too. */
export async function serverKeys(privateBytes, publicBytes) {
  return {
    privateKey: await SUITE.DeserializePrivateKey(privateBytes),
    publicKey: await SUITE.DeserializePublicKey(publicBytes),
  };
}

/** Return what HPKE protected; raise `unreadable` for a wrong key, realm or byte, and for low-order points. */
export async function unseal(sealed, { pair, info }) {
  try {
    return await SUITE.Open(pair, sealed.slice(0, 32), sealed.slice(32), { info });
  } catch {
    throw new CodeError("unreadable");
  }
}

export async function openCode(code, { pair, realm }) {
  const plaintext = await unseal(code.sealed, { pair, info: codeContext("code seal", realm, code.kid) });
  const body = plaintext.slice(0, BODY_LENGTH);
  return {
    ...code,
    body,
    pinProof: plaintext.slice(BODY_LENGTH, BODY_LENGTH + PIN_PROOF_LENGTH),
    signature: plaintext.slice(BODY_LENGTH + PIN_PROOF_LENGTH),
    claims: decodeClaims(body),
  };
}

/** Step 6: raise the first thing that is wrong, in the order of the format. */
export async function checkClaims(code, { now, realm, tillId, tillIsTraining, purpose }) {
  const { claims } = code;
  const verification = claims.flags & VERIFICATION_MASK;
  if (!Object.values(Verification).includes(verification)) throw new CodeError("malformed", "reserved verification");
  const claimed = claims.flags >> 5;
  if (!Object.values(Purpose).includes(claimed)) throw new CodeError("malformed", "reserved purpose");
  if (claims.counter < 1) throw new CodeError("malformed", "counter zero");
  if (verification === Verification.NONE && !isSame(code.pinProof, NO_PROOF)) {
    throw new CodeError("malformed", "a proof of nothing");
  }
  if (Boolean(claims.flags & TRAINING) !== tillIsTraining) throw new CodeError("wrong_mode");
  if (claimed !== purpose) throw new CodeError("wrong_purpose");
  const age = now - claims.issuedAt;
  if (age > OLDEST_SECONDS) throw new CodeError("expired");
  if (age < -NEWEST_SECONDS) throw new CodeError("not_yet_valid");
  if (!isSame(claims.posTag, ANY_TILL) && !isSame(claims.posTag, await posTag({ realm, tillId }))) {
    throw new CodeError("wrong_till");
  }
}

export async function isSignedBy(code, { publicKey, realm }) {
  return verifySignature(publicKey, codeMessage(code.body, { realm, kid: code.kid }), code.signature);
}

export async function isPinProved(code, { kPin, realm }) {
  if ((code.claims.flags & VERIFICATION_MASK) === Verification.NONE) return false;
  return isSame(await makePinProof(code.body, { kPin, realm, kid: code.kid }), code.pinProof);
}
