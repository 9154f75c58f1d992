// The published vectors, as values. Also runs in a browser: whoever imports it hands over the parsed file.

/** @param {string} hex */
export function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Return the vectors with their keys as bytes. */
export function knownFrom(vectors) {
  return {
    vectors,
    wallet: vectors.wallet,
    valid: vectors.valid,
    realm: bytesOf(vectors.realm),
    kid: vectors.kid,
    now: vectors.now,
    tillId: vectors.till_id,
    serverPrivate: bytesOf(vectors.server_private),
    serverPublic: bytesOf(vectors.server_public),
    devicePublic: bytesOf(vectors.device_public),
    deviceRef: bytesOf(vectors.device_ref),
    kDev: bytesOf(vectors.k_dev),
    kPin: bytesOf(vectors.k_pin),
    challenge: bytesOf(vectors.wallet.challenge),
  };
}

/** Return the claims that a vector publishes. */
export function claimsOf(fields) {
  return {
    flags: fields.flags,
    deviceRef: bytesOf(fields.device_ref),
    counter: fields.counter,
    issuedAt: fields.issued_at,
    instrument: fields.instrument,
    fallback: fields.fallback,
    cap: fields.cap,
    sync: bytesOf(fields.sync),
    posTag: bytesOf(fields.pos_tag),
  };
}

/** Return the published device's private key as a key that signs. */
export async function deviceKey(known) {
  const { devicePublic } = known;
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: base64url(bytesOf(known.vectors.device_private)),
    x: base64url(devicePublic.slice(1, 33)),
    y: base64url(devicePublic.slice(33)),
  };
  return crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
