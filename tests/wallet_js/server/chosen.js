// HPKE with a chosen ephemeral key, so that published seals can be reproduced. Only for tests.

import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";

/** @param {Uint8Array} privateBytes of the ephemeral key */
export async function fixedSuite(privateBytes) {
  const kem = KEM_DHKEM_X25519_HKDF_SHA256();
  const chosen = () => ({ ...kem, GenerateKeyPair: () => pairOf(privateBytes) });
  return new CipherSuite(chosen, KDF_HKDF_SHA256, AEAD_AES_128_GCM);
}

async function pairOf(privateBytes) {
  const start = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20];
  const pkcs8 = Uint8Array.of(...start, ...privateBytes);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await crypto.subtle.importKey("jwk", { kty: "OKP", crv: "X25519", x }, "X25519", true, []);
  return { privateKey, publicKey };
}
