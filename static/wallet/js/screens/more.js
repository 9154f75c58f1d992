// Everything else: how the wallet looks and speaks, help, the customer's own data, and leaving.

import { hand } from "./files.js";
import { h } from "./dom.js";
import { dayOf } from "./figures.js";
import { LANGUAGES, choose, language, say } from "./language.js";
import { lostLink } from "./devices.js";
import { facts, field, leading, message, needsNetwork } from "./parts.js";
import { beSilent, isSilent } from "./sounds.js";
import { THEMES, chooseTheme, theme } from "./theme.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function more(frame) {
  const name = frame.wallet.device?.name ?? "";
  return {
    title: say("tab_more"),
    body: [
      h(
        "ul",
        { class: "rows" },
        leading("devices", say("devices"), { drawing: "phone", hint: name }),
        leading("limits", say("limits"), { drawing: "shield" }),
        leading("pin", say("pin_change_title"), { drawing: "lock" }),
        leading("look", say("look_title"), { drawing: "sun", hint: LANGUAGES[language()] }),
        leading("account", say("account"), { drawing: "file" }),
        leading("help", say("help"), { drawing: "question" }),
        leading("leave", say("sign_out"), { drawing: "cross" }),
      ),
      lostLink(),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function look(frame) {
  const spoken = h("select", { id: "language", onchange: () => void frame.act(null, speak) }, ...Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, lang: code, selected: code === language() }, name)));
  const worn = h("select", { id: "theme", onchange: () => chooseTheme(/** @type {import("./theme.js").Theme} */ (worn.value)) }, ...THEMES.map((each) => h("option", { value: each, selected: each === theme() }, say(`theme_${each}`))));
  const loud = h("input", { type: "checkbox", id: "sounds", checked: !isSilent(), onchange: () => beSilent(!loud.checked) });
  async function speak() {
    await choose(/** @type {import("./language.js").Language} */ (spoken.value));
    await frame.show();
    document.getElementById("language")?.focus();
    if (frame.wallet.isEnrolled) await frame.contact?.look({ isUrgent: true });
  }
  return {
    title: say("look_title"),
    back: frame.wallet.isEnrolled ? "more" : "welcome",
    isBare: !frame.wallet.isEnrolled,
    body: [field(spoken, say("language"), say("language_hint")), field(worn, say("theme")), h("label", { class: "check" }, loud, h("span", {}, say("sounds")))],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function help(frame) {
  /** @type {[string, string][]} */
  const questions = [
    [say("help_offline"), say("help_offline_text")],
    [say("help_declined"), say("help_declined_text")],
    [say("help_pin"), say("help_pin_text")],
    [say("help_new_phone"), say("help_new_phone_text")],
    [say("help_return"), say("help_return_text")],
    [say("help_safe"), say("help_safe_text")],
  ];
  return {
    title: say("help"),
    back: frame.wallet.isEnrolled ? "more" : "welcome",
    isBare: !frame.wallet.isEnrolled,
    body: [
      ...questions.map(([question, text]) => h("details", {}, h("summary", {}, question), h("p", {}, text))),
      h("h2", {}, say("lost_title")),
      h("p", {}, say("lost_text")),
      lostLink(),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Promise<Screen>}
 */
export async function account(frame) {
  const common = { title: say("account"), back: "more" };
  /** @type {{email: string, customer_id: string} | null} */
  const me = frame.isOnline ? await frame.wallet.api.call("GET", "me").catch(() => null) : null;
  if (me === null) return { ...common, body: [needsNetwork()] };
  const take = h("button", { type: "button", class: "plain", onclick: () => void frame.act(take, fetchAll) }, say("export"));
  const close = h("button", { type: "button", class: "danger", onclick: () => void frame.act(close, leaveForGood) }, say("close_account"));
  async function fetchAll() {
    const all = await frame.confirmed(() => frame.wallet.api.call("GET", "me/export", { needsConfirmation: true }), say("why_export"));
    hand(new Blob([JSON.stringify(all, null, 2)], { type: "application/json" }), `wallet-${dayOf(Date.now())}.json`);
    frame.note(say("export_done"));
  }
  async function leaveForGood() {
    const question = { title: say("close_title"), text: [say("close_text"), say("close_receipts")], yes: say("close_account"), isDanger: true };
    if (!(await frame.ask(question))) return;
    await frame.confirmed(() => frame.wallet.api.call("POST", "me/close", { fields: {}, needsConfirmation: true }), say("why_close"));
    await frame.signOut();
  }
  return {
    ...common,
    body: [
      facts([[say("email"), me.email], [say("customer_id"), me.customer_id]]),
      h("h2", {}, say("export_title")),
      h("p", {}, say("export_text")),
      h("div", { class: "actions" }, take),
      h("h2", {}, say("close_account")),
      h("p", {}, say("close_text")),
      h("div", { class: "actions" }, close),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function leave(frame) {
  const { wallet } = frame;
  const id = wallet.device?.deviceId ?? "";
  const canRevoke = frame.isOnline && frame.standing === "ready";
  const go = h("button", { type: "button", class: "danger", onclick: () => void frame.act(go, away) }, say("sign_out"));
  async function away() {
    const question = { title: say("sign_out_title"), text: [say("sign_out_text")], yes: say("sign_out"), isDanger: true };
    if (!(await frame.ask(question))) return;
    if (canRevoke) await frame.confirmed(() => wallet.api.revokeDevice(id, { isWarningAccepted: true }), say("why_sign_out"));
    // Not ready: it never paid, or pays no more. Locked as far as that can be; what lies here goes in any case.
    else await wallet.api.lockDevice(id).catch(() => null);
    await frame.signOut();
  }
  return {
    title: say("sign_out"),
    back: "more",
    body: [
      h("p", {}, say("sign_out_lead")),
      frame.isOnline ? null : message("wait", "offline", say("sign_out_offline"), h("p", {}, say("sign_out_offline_help"))),
      canRevoke ? h("p", {}, say("sign_out_pin")) : null,
      h("div", { class: "actions" }, go, h("a", { class: "button plain", href: "#/more" }, say("cancel"))),
    ],
  };
}
