// Becoming a customer: a letter's code, typed or scanned, or an e-mail address; then waiting, if an older phone must agree.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { LANGUAGES, choose, language, say } from "./language.js";
import { field, form, message } from "./parts.js";
import { canScan, scan } from "./scan.js";
import { GROUPED_LENGTH, codeIn, groupedCode, groupedDigits, isWholeCode } from "./typed_codes.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */

const MAILED_DIGITS = 8;

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function welcome(frame) {
  const languages = Object.entries(LANGUAGES).map(([code, name]) =>
    h("button", { type: "button", class: "link", lang: code, "aria-pressed": String(code === language()), onclick: () => void speak(code) }, name),
  );
  /** @param {string} code */
  async function speak(code) {
    await choose(/** @type {import("./language.js").Language} */ (code));
    await frame.show();
  }
  return {
    title: say("welcome_title"),
    isBare: true,
    kind: "welcome",
    body: [
      h("p", { class: "lead" }, say("welcome_lead")),
      h("ul", { class: "points" }, ...[say("welcome_point_offline"), say("welcome_point_pin"), say("welcome_point_receipt")].map((text) => h("li", {}, icon("check"), h("span", {}, text)))),
      h("p", { class: "question" }, say("welcome_question")),
      h("div", { class: "stack" }, h("a", { class: "button primary", href: "#/activate" }, say("welcome_letter")), h("a", { class: "button plain", href: "#/register" }, say("welcome_mail"))),
      h("p", {}, h("a", { href: "#/help" }, say("help"))),
      h("div", { class: "languages", role: "group", "aria-label": say("language") }, ...languages),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function activate(frame) {
  const carried = frame.carried.activation ?? "";
  const code = h("input", { id: "code", class: "code", autocapitalize: "characters", autocomplete: "off", spellcheck: "false", maxlength: 40, value: carried, required: true });
  const name = h("input", { id: "device-name", maxlength: 64, autocomplete: "off", value: suggestedName(), required: true });
  const send = h("button", { class: "primary" }, say("activate_send"));
  const look = h("button", { type: "button", class: "plain", onclick: () => void read() }, icon("camera"), h("span", {}, say("scan")));
  code.addEventListener("input", () => {
    frame.carried.activation = code.value;
    // Only at the end: a cursor in the middle would jump.
    if (code.selectionEnd === code.value.length) code.value = (codeIn(code.value) ?? groupedCode(code.value)).slice(0, GROUPED_LENGTH + 8);
  });

  async function read() {
    const found = await scan(frame, codeIn);
    if (found === null) return;
    code.value = found;
    frame.carried.activation = found;
    name.focus();
  }

  async function enrol() {
    const activationCode = groupedCode(code.value);
    if (!isWholeCode(activationCode)) throw Object.assign(new Error(), { code: "code_incomplete" });
    const status = await frame.wallet.enrol({ activationCode, name: name.value.trim() || suggestedName() });
    frame.carried = {};
    frame.isWaiting = status === "pending";
    await frame.wallet.store.keep("is_waiting", frame.isWaiting);
    frame.state = await frame.wallet.contact().catch(() => null);
    await frame.show();
    void frame.contact?.look({ isUrgent: true });
  }

  return {
    title: say("activate_title"),
    back: "welcome",
    isBare: true,
    focus: carried ? name : null,
    body: [
      h("p", {}, say(carried ? "activate_ready" : "activate_lead")),
      form(
        () => void frame.act(send, enrol, code),
        field(code, say("activate_code"), say("activate_code_hint")),
        canScan() ? look : null,
        field(name, say("device_name"), say("device_name_hint")),
        h("div", { class: "actions" }, send),
      ),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function register(frame) {
  const email = h("input", { id: "email", type: "email", autocomplete: "email", inputmode: "email", maxlength: 254, value: frame.carried.email ?? "", required: true });
  const send = h("button", { class: "primary" }, say("register_send"));
  async function ask() {
    if (!/^\S+@\S+\.\S+$/.test(email.value.trim())) throw Object.assign(new Error(), { code: "invalid_email" });
    frame.carried.email = email.value.trim();
    await frame.wallet.api.register({ email: frame.carried.email, language: language() });
    frame.go("mailed");
  }
  return {
    title: say("register_title"),
    back: "welcome",
    isBare: true,
    focus: email,
    body: [h("p", {}, say("register_lead")), form(() => void frame.act(send, ask, email), field(email, say("email")), h("div", { class: "actions" }, send))],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen | null}
 */
export function mailed(frame) {
  const email = frame.carried.email;
  if (!email) {
    void frame.replace("register");
    return null;
  }
  const code = h("input", { id: "mailed", class: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20, required: true });
  const send = h("button", { class: "primary" }, say("go_on"));
  const again = h("button", { type: "button", class: "link", onclick: () => void frame.act(again, repeat) }, say("mailed_again"));
  code.addEventListener("input", () => {
    if (code.selectionEnd !== code.value.length) return;
    code.value = groupedDigits(code.value);
    if (digits().length === MAILED_DIGITS) void frame.act(send, confirm, code);
  });
  const digits = () => code.value.replaceAll(/\D/g, "");
  async function confirm() {
    if (digits().length !== MAILED_DIGITS) throw Object.assign(new Error(), { code: "mailed_incomplete" });
    const { activation_code: activation } = await frame.wallet.api.confirmRegistration({ email, code: digits() });
    frame.carried = { activation: groupedCode(activation) };
    await frame.replace("activate");
  }
  async function repeat() {
    await frame.wallet.api.register({ email, language: language() });
    frame.note(say("mailed_sent"));
  }
  return {
    title: say("mailed_title"),
    back: "register",
    isBare: true,
    focus: code,
    body: [
      h("p", {}, say("mailed_lead", { email })),
      form(() => void frame.act(send, confirm, code), field(code, say("mailed_code"), say("mailed_hint")), h("div", { class: "actions" }, send, again)),
    ],
  };
}

/**
 * @param {Frame} frame
 * @returns {Screen}
 */
export function pending(frame) {
  const ask = h("button", { type: "button", class: "primary", onclick: () => void frame.act(ask, look) }, say("pending_ask"));
  async function look() {
    frame.state = await frame.wallet.contact();
    if (frame.state.status === "pending") frame.note(say("pending_still"));
    else await frame.show();
  }
  const name = frame.wallet.device?.name ?? "";
  const steps = [say("pending_step_open"), say("pending_step_devices"), say("pending_step_approve", { name })];
  return {
    title: say("pending_title"),
    isBare: true,
    body: [
      message("wait", "wait", say("pending_wait"), h("p", {}, say("pending_why"))),
      h("h2", {}, say("pending_old")),
      h("ol", {}, ...steps.map((text) => h("li", {}, text))),
      h("h2", {}, say("pending_none")),
      h("p", {}, say("pending_none_help")),
      h("div", { class: "actions" }, ask, h("a", { class: "button plain", href: "#/leave" }, say("leave_instead"))),
    ],
  };
}

/** Return what the phone may be called until somebody finds a better name. */
function suggestedName() {
  const agent = navigator.userAgent;
  if (/iPad/.test(agent)) return "iPad";
  if (/iPhone/.test(agent)) return "iPhone";
  if (/Android/.test(agent)) return say(/Mobile/.test(agent) ? "name_phone" : "name_tablet");
  return say("name_computer");
}

