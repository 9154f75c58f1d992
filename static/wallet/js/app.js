// The first module that the page runs.

import { readConfig } from "./config.js";
import { Updates } from "./updates.js";
import { Wallet } from "./wallet.js";

const page = /** @type {HTMLElement} */ (document.querySelector("#wallet"));
const updates = new Updates();

// Without a worker the wallet works too, as long as there is a network. First of all, so that a version whose screens
// do not even load is replaced by the next one.
updates.start("/wallet/sw.js").catch(() => {});
const { start } = await import("./screens/start.js");

try {
  const wallet = await Wallet.open(readConfig(document));
  start({ wallet, page, updates });
} catch (error) {
  start({ wallet: null, page, updates, error: /** @type {Error & {code?: string, detail?: string}} */ (error) });
}
