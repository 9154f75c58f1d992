// What the server wrote into the page: where it is, and whom to believe before the first enrolment.

import { fromText } from "./bytes.js";
import { fromUuid } from "./ids.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {{api: string, socket: string, realm: Bytes, rootKey: Bytes, version: string}} Config */

/**
 * Read it from `<meta name="wallet-...">`.
 * @param {Document} page
 * @returns {Config}
 */
export function readConfig(page) {
  /** @param {string} name */
  const meta = (name) => page.querySelector(`meta[name="wallet-${name}"]`)?.getAttribute("content") ?? "";
  return {
    api: meta("api"),
    socket: meta("socket"),
    realm: fromUuid(meta("realm")),
    rootKey: fromText(meta("root-key")),
    version: meta("version"),
  };
}
