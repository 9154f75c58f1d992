// Signing out of this browser: nothing of the wallet stays.

/** @typedef {import("./store.js").Store} Store */

const PREFIX = "mpayment-wallet";

/**
 * Empty the memory, the caches and the small storages, and let the service worker go.
 * @param {Store} store
 */
export async function leave(store) {
  await store.clear();
  await Promise.all([deleteCaches(), unregisterWorkers()]);
  for (const storage of [localStorage, sessionStorage]) {
    for (const name of Object.keys(storage)) if (name.startsWith(PREFIX)) storage.removeItem(name);
  }
}

async function deleteCaches() {
  if (!globalThis.caches) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function unregisterWorkers() {
  // The other pages of this address may have workers of their own; ours is the one whose scope this page is in.
  const ours = await navigator.serviceWorker?.getRegistration();
  await ours?.unregister();
}
