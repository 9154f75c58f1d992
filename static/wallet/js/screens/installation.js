// Putting the wallet among the apps of the phone: proposed after the first success, and not before.

/** @typedef {import("../wallet.js").Wallet} Wallet */
/** @typedef {Event & {prompt: () => Promise<{outcome: string}>}} InstallEvent */

/** @type {InstallEvent | null} */
let offered = null;

/** Keep the browser's own proposal until it suits. */
export function watchInstallation() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = /** @type {InstallEvent} */ (event);
  });
}

/**
 * Remember that something was paid with this phone.
 * @param {Wallet} wallet
 */
export async function noteSuccess(wallet) {
  if ((await wallet.store.kept("installation")) === null) await wallet.store.keep("installation", "due");
}

/**
 * Never propose it again.
 * @param {Wallet} wallet
 */
export async function dismissInstallation(wallet) {
  await wallet.store.keep("installation", "done");
}

/**
 * Return how it can be installed now: by the browser's own question, by hand, or not (again).
 * @param {Wallet} wallet
 * @returns {Promise<"browser" | "by_hand" | null>}
 */
export async function howToInstall(wallet) {
  if ((await wallet.store.kept("installation")) !== "due") return null;
  if (matchMedia("(display-mode: standalone)").matches) return null;
  if (offered !== null) return "browser";
  return /iPhone|iPad/.test(navigator.userAgent) ? "by_hand" : null;
}

/** Let the browser ask. */
export async function install() {
  await offered?.prompt();
  offered = null;
}
