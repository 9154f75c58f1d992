// A thief: copies everything that the browser keeps, and tries whether it confirms a guessed PIN.

import { fromText, joined, sha256, toBase64, toHex, toText, utf8 } from "/static/wallet/js/bytes.js";
import { deriveKPin, hmacKey, inRealm, keyed, stretchPin } from "/static/wallet/js/keys.js";

const LABELS = ["code pin", "pin session", "pin consent", "pin key", "pin set"];

/** Return databases, small storages, cookies and the names of what is cached. Bytes are hex; keys say what they are. */
export async function readAll() {
  const databases = {};
  for (const { name } of await indexedDB.databases()) Object.assign(databases, await readDatabase(name));
  return {
    databases,
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    cached: await readCaches(),
  };
}

/**
 * Return how much was read and tried, and how much of it was there. The thief has opened the browser's key store too,
 * and guesses right: nothing that he computes from the PIN may be anywhere, nor any answer of its key to anything.
 */
export async function hunt(store, pin) {
  const all = await readAll();
  const leaves = leavesOf(all);
  const text = JSON.stringify(all);
  const secrets = await secretsOf(store, pin, leaves);
  const found = secrets.filter((secret) => spellingsOf(secret).some((spelling) => text.includes(spelling)));
  // The digits of a PIN may stand in a long number by chance; as a value of their own they may not.
  return { leaves: leaves.length, tried: secrets.length, found: found.length, isPinThere: leaves.includes(pin) };
}

async function secretsOf(store, pin, leaves) {
  const { deviceRef, keys } = await store.device();
  const { realm } = await store.root();
  const stretched = await stretchPin(pin, { realm, deviceRef });
  const kPin = await deriveKPin(keys.kDev, stretched);
  const key = await hmacKey(kPin);
  const secrets = [stretched, kPin, await sha256(utf8(pin)), await sha256(stretched), await sha256(kPin)];
  for (const content of leaves.flatMap(bytesOf)) {
    secrets.push(await keyed(key, content));
    for (const label of LABELS) secrets.push(await keyed(key, joined(inRealm(label, realm), content)));
  }
  return secrets;
}

function spellingsOf(bytes) {
  // Also cut to the length of a proof.
  const proof = bytes.slice(0, 12);
  return [toHex(bytes), toText(bytes), toBase64(bytes), toHex(proof), toText(proof)];
}

function bytesOf(leaf) {
  const readings = [utf8(leaf)];
  if (/^([0-9a-f]{2})+$/.test(leaf)) readings.push(Uint8Array.from(leaf.match(/../g), (pair) => Number.parseInt(pair, 16)));
  try {
    readings.push(fromText(leaf));
  } catch {
    // Not base64url.
  }
  return readings;
}

function leavesOf(value) {
  if (value === null || typeof value !== "object") return [String(value)];
  return Object.values(value).flatMap(leavesOf);
}

async function readDatabase(name) {
  const database = await answered(indexedDB.open(name));
  const read = {};
  for (const store of database.objectStoreNames) {
    const objects = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([answered(objects.getAllKeys()), answered(objects.getAll())]);
    for (const [index, key] of keys.entries()) read[`${name}/${store}/${key}`] = written(values[index]);
  }
  database.close();
  return read;
}

async function readCaches() {
  const cached = [];
  for (const name of await caches.keys()) {
    const requests = await (await caches.open(name)).keys();
    cached.push(...requests.map((request) => `${request.method} ${new URL(request.url).pathname}`));
  }
  return cached;
}

function written(value) {
  if (value instanceof CryptoKey) return `a key that is ${value.extractable ? "open" : "closed"}`;
  if (value instanceof ArrayBuffer) return toHex(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return toHex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value)) return value.map(written);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, written(part)]));
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
