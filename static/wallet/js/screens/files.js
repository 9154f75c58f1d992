// Files that the customer takes along.

import { readConfig } from "../config.js";
import { NoAnswer, Refused } from "../errors.js";

/**
 * Fetch a file of the API with this phone's session, and hand it to the customer.
 * @param {import("../wallet.js").Wallet} wallet
 * @param {string} path below the API's base
 * @param {string} name
 */
export async function download(wallet, path, name) {
  const token = await wallet.sessions.token({});
  let response;
  try {
    const headers = { Authorization: `Bearer ${token}` };
    response = await fetch(`${readConfig(document).api}/${path}`, { headers, credentials: "omit", cache: "no-store", redirect: "error" });
  } catch {
    throw new NoAnswer("failed");
  }
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
  hand(await response.blob(), name);
}

/**
 * Hand something over as a file.
 * @param {Blob} content
 * @param {string} name
 */
export function hand(content, name) {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not before the browser has begun.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
