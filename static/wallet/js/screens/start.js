// The screens begin here.

import { Contact } from "./contact.js";
import { codeIn } from "./typed_codes.js";
import { h, refill } from "./dom.js";
import { Frame } from "./frame.js";
import { say, sayIfKnown, speakAsKnown } from "./language.js";
import { watchInstallation } from "./installation.js";
import { SCREENS } from "./screens.js";
import { prepareSounds } from "./sounds.js";
import { wear } from "./theme.js";

/**
 * Show the wallet.
 * @param {object} parts
 * @param {import("../wallet.js").Wallet | null} parts.wallet null if this browser cannot
 * @param {HTMLElement} parts.page
 * @param {import("../updates.js").Updates} parts.updates
 * @param {Error & {code?: string, detail?: string}} [parts.error]
 */
export async function start({ wallet, page, updates, error }) {
  wear();
  await speakAsKnown();
  if (wallet === null) {
    page.dataset.state = error?.code ?? "failed";
    const why = sayIfKnown(`lacks_${error?.detail}`) ?? say(error?.code === "not_supported" ? "lacks_other" : "problem_unexpected");
    refill(page, h("h1", {}, say("not_here")), h("p", {}, why), h("p", {}, say("not_here_help")));
    return;
  }
  prepareSounds();
  watchInstallation();
  const frame = new Frame({ wallet, page, updates });
  frame.screens = SCREENS;
  takeFromAddress(frame);
  frame.state = await wallet.lastState();
  frame.halted = await wallet.haltedBecause();
  frame.isWaiting = (await wallet.store.kept("is_waiting")) ?? false;
  await frame.show();
  new Contact(frame).begin();
}

/**
 * Take what a link or a bank's page has brought out of the address: it is good once, and belongs into no history.
 * @param {Frame} frame
 */
function takeFromAddress(frame) {
  const root = new URL("./", location.href).pathname;
  const code = location.hash.includes("activate=") ? codeIn(location.hash) : null;
  const returned = Object.fromEntries(new URLSearchParams(location.search));
  if (location.pathname.endsWith("/linked")) {
    frame.carried.returned = returned;
    history.replaceState(null, "", `${root}#/linked`);
  } else if (code !== null) {
    frame.carried.activation = code;
    history.replaceState(null, "", `${root}#/activate`);
  }
}
