// Keeps one version of the wallet for the time without a network: its page and every file that the page may load, all
// of it or nothing. EDITION stands above: the server writes it from the files as they are. Answers of the API, and
// whatever else is not in the list, are never touched and never kept.

/// <reference no-default-lib="true" />
/// <reference lib="es2023" />
/// <reference lib="webworker" />

/** @typedef {{version: string, shell: string, pages: string[], files: [string, string][], manifest: string}} EditionList */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const edition = /** @type {EditionList} */ (EDITION);
const PREFIX = "mpayment-wallet ";
const CACHE = PREFIX + edition.version;
const FILES = new Set([...edition.files.map(([address]) => address), edition.manifest]);

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", (event) => {
  // Said by a page at a moment that suits its holder; all windows then reload.
  if (event.data === "apply") event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && edition.pages.includes(url.pathname)) {
    event.respondWith(kept(edition.shell, request));
  } else if (FILES.has(url.pathname + url.search)) {
    event.respondWith(kept(url.pathname + url.search, request));
  }
});

async function fill() {
  try {
    const cache = await caches.open(CACHE);
    await Promise.all([
      ...edition.files.map(([address, integrity]) => keepFile(cache, address, integrity)),
      keepPage(cache, edition.shell),
      keepPage(cache, edition.manifest),
    ]);
  } catch (error) {
    // Half a version is none: the browser goes on with the one that it has, and tries again later.
    await caches.delete(CACHE);
    throw error;
  }
}

/**
 * @param {Cache} cache
 * @param {string} address
 * @param {string} integrity
 */
async function keepFile(cache, address, integrity) {
  // The address changes with the content: what an older version has under it is the same.
  const known = await caches.match(address);
  const response = known ?? (await fetch(address, { integrity, cache: "no-cache", credentials: "omit" }));
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  await cache.put(address, response);
}

/**
 * @param {Cache} cache
 * @param {string} address
 */
async function keepPage(cache, address) {
  const response = await fetch(address, { cache: "no-store", credentials: "omit", redirect: "error" });
  // The server may be in the middle of its own update.
  const version = response.headers.get("Wallet-Version");
  if (!response.ok || version !== edition.version) throw new Error(`${address} is of version ${version}`);
  await cache.put(address, response);
}

async function takeOver() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * @param {string} address
 * @param {Request} request
 */
async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}
