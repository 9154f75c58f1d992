// Steps 1 and 2 as the server takes them, so that the published bad codes can be decided here too.

import { joined, sha256, toBase64, utf8 } from "../../../static/wallet/js/bytes.js";
import { CodeError } from "../../../static/wallet/js/errors.js";
import { ADF, CONSTANT_PREFIX, PAYLOAD_LENGTH } from "../../../static/wallet/js/layout.js";

const ALPHABET = /^[A-Za-z0-9+/]+={0,2}$/;
const FORMAT_INDICATOR = CONSTANT_PREFIX.slice(0, 7);
const ADF_NAME = ADF.slice(0, 5);
const KID_OFFSET = CONSTANT_PREFIX.length;

/** Return `{kid, sealed, digest}`, or raise the reason. */
export async function readText(text) {
  const payload = payloadOf(text);
  if (!startsWith(payload, CONSTANT_PREFIX)) throw new CodeError(foreignReason(payload));
  if (payload.length !== PAYLOAD_LENGTH) throw new CodeError("malformed", "wrong length");
  return { kid: payload[KID_OFFSET], sealed: payload.slice(KID_OFFSET + 1), digest: await sha256(utf8(text)) };
}

export function payloadOf(text) {
  if (text.startsWith("hQVDUFZ")) throw new CodeError("scanner_layout");
  if (text.length > 512 || !ALPHABET.test(text)) throw new CodeError("malformed", "not Base64");
  const payload = decoded(text);
  if (toBase64(payload) !== text) throw new CodeError("malformed", "not canonical Base64");
  if (!startsWith(payload, FORMAT_INDICATOR)) throw new CodeError("malformed", "no payload format indicator");
  return payload;
}

function decoded(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new CodeError("malformed", "not Base64");
  }
}

function foreignReason(payload) {
  let names;
  try {
    const templates = [...readTlv(payload)].filter(([tag]) => tag === 0x61);
    names = templates.flatMap(([, value]) => [...readTlv(value)].filter(([tag]) => tag === 0x4f).map(([, name]) => name));
  } catch {
    return "malformed";
  }
  if (names.length === 0) return "malformed";
  const ours = names.filter((name) => startsWith(name, ADF_NAME));
  if (ours.some((name) => name.length === ADF.length && !startsWith(name, ADF))) return "unsupported_version";
  return ours.length > 0 ? "malformed" : "unknown_scheme";
}

function* readTlv(content) {
  let position = 0;
  const octet = () => {
    if (position >= content.length) throw new CodeError("malformed", "ends too early");
    return content[position++];
  };
  while (position < content.length) {
    let tag = octet();
    if ((tag & 0x1f) === 0x1f) {
      const second = octet();
      if (second & 0x80) throw new CodeError("malformed", "tag longer than two bytes");
      tag = (tag << 8) | second;
    }
    let length = octet();
    if (length === 0x81) length = octet();
    else if (length === 0x82) length = octet() * 256 + octet();
    else if (length >= 0x80) throw new CodeError("malformed", "unreadable length");
    const end = position + length;
    if (end > content.length) throw new CodeError("malformed", "ends beyond its parent");
    yield [tag, content.slice(position, end)];
    position = end;
  }
}

function startsWith(bytes, start) {
  return bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte);
}

export function isSame(left, right) {
  return left.length === right.length && startsWith(joined(left), right);
}
