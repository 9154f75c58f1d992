// Where one pays: the means of payment, and one button.

import { h } from "./dom.js";
import { readAmount } from "./figures.js";
import { icon } from "./icons.js";
import { dismissInstallation, howToInstall, install } from "./installation.js";
import { say } from "./language.js";
import { field, message } from "./parts.js";
import { askPin } from "./pin_pad.js";
import { fromPublicId } from "../ids.js";
import { meansName } from "./means.js";
import { Purpose } from "../claims.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").Instrument} Instrument */

/**
 * @param {Frame} frame
 * @param {string[]} [parts] `pay` begins at once
 * @returns {Promise<Screen>}
 */
export async function home(frame, [then] = []) {
  const usable = (await frame.wallet.keptInstruments()).filter((each) => each.status === "active");
  const standing = frame.standing;
  const canPay = standing === "ready" && usable.length > 0;
  if (then === "pay") {
    history.replaceState(null, "", "#/home");
    if (canPay) setTimeout(() => void pay(frame), 0);
  }
  return {
    title: say("tab_pay"),
    kind: "home",
    body: [
      await updated(frame),
      hindrance(frame),
      standing === "ready" && usable.length === 0 ? nothingLinked(frame) : null,
      canPay ? paying(frame, usable) : null,
      await proposal(frame),
    ],
  };
}

/**
 * Show a code, asking for the PIN first unless it was typed a moment ago.
 * @param {Frame} frame
 */
async function pay(frame) {
  const isReturn = frame.wish.purpose === Purpose.RETURN;
  const isTyped = frame.wallet.pins.kPin !== null;
  if (isTyped || (await askPin(frame, { why: say(isReturn ? "why_return" : "why_pay") }))) frame.go("code");
}

/**
 * @param {Frame} frame
 * @param {Instrument[]} usable
 */
function paying(frame, usable) {
  const chosen = usable.find((each) => each.handle === frame.wish.instrument) ?? usable.find((each) => each.is_default) ?? usable[0];
  frame.wish = { ...frame.wish, purpose: Purpose.PAY, instrument: chosen.handle };
  const big = h("button", { type: "button", class: "primary big", onclick: () => void start(Purpose.PAY) }, icon("pay"), h("span", {}, say("pay")));
  const back = h("button", { type: "button", class: "plain", onclick: () => void start(Purpose.RETURN) }, icon("refund"), h("span", {}, say("return_code")));
  const choices = wishes(frame, usable);

  /** @param {number} purpose */
  async function start(purpose) {
    frame.wish = { ...frame.wish, purpose };
    await frame.act(null, async () => {
      choices.read();
      await pay(frame);
    });
  }

  return h("div", {}, cards(frame, usable, chosen.handle), h("div", { class: "stack" }, big), choices.element, h("p", { class: "aside" }, back));
}

/**
 * The means of payment, to swipe or to click.
 * @param {Frame} frame
 * @param {Instrument[]} usable
 * @param {number} chosen
 */
function cards(frame, usable, chosen) {
  const row = h("div", { class: usable.length > 1 ? "cards several" : "cards", role: "radiogroup", "aria-label": say("pay_with") }, ...usable.map(card));
  let timer = 0;
  row.addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(chooseNearest, 150);
  });
  // Once it has a size, and whenever that changes.
  new ResizeObserver(() => {
    const first = row.querySelector("input:checked")?.parentElement;
    if (first) centre(first);
  }).observe(row);
  return row;

  /** @param {Instrument} each */
  function card(each) {
    const radio = h("input", { type: "radio", name: "means", value: each.handle, checked: each.handle === chosen, onchange: () => take(radio) });
    const words = [h("span", { class: "title" }, meansName(each)), each.name ? h("span", { class: "quiet" }, each.label) : null, each.is_default ? h("span", { class: "quiet" }, say("is_default")) : null];
    return h("label", { class: "card" }, radio, icon("means"), h("span", { class: "words" }, words));
  }

  /** @param {HTMLInputElement} radio */
  function take(radio) {
    radio.checked = true;
    frame.wish = { ...frame.wish, instrument: Number(radio.value) };
    if (radio.parentElement) centre(radio.parentElement);
  }

  /** @param {Element} each */
  function centre(each) {
    if (!(each instanceof HTMLElement)) return;
    row.scrollTo({ left: each.offsetLeft - row.offsetLeft - (row.clientWidth - each.clientWidth) / 2 });
  }

  function chooseNearest() {
    const middle = row.getBoundingClientRect().left + row.clientWidth / 2;
    /** @param {Element} each */
    const away = (each) => Math.abs(each.getBoundingClientRect().left + each.clientWidth / 2 - middle);
    const nearest = [...row.children].sort((one, other) => away(one) - away(other))[0]?.querySelector("input");
    if (nearest && !nearest.checked) take(nearest);
  }
}

/**
 * What the next code may say besides; everything is optional, and forgotten afterwards.
 * @param {Frame} frame
 * @param {Instrument[]} usable
 */
function wishes(frame, usable) {
  const currency = frame.state?.limits.currency ?? usable[0].currency;
  const cap = h("input", { id: "cap", inputmode: "decimal", autocomplete: "off", maxlength: 16 });
  const till = h("input", { id: "till", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 40 });
  const training = h("input", { type: "checkbox", id: "training", checked: frame.wish.isTraining });
  const options = usable.map((each) => h("option", { value: each.handle }, meansName(each)));
  const second = h("select", { id: "second" }, h("option", { value: 0 }, say("second_none")), ...options);
  const element = h(
    "details",
    { class: "wishes" },
    h("summary", {}, say("wishes")),
    field(cap, say("wish_cap", { currency }), say("wish_cap_hint")),
    usable.length > 1 ? field(second, say("wish_second"), say("wish_second_hint")) : null,
    field(till, say("wish_till"), say("wish_till_hint")),
    h("label", { class: "check" }, training, h("span", {}, say("wish_training"))),
  );

  function read() {
    const most = cap.value.trim() === "" ? null : readAmount(cap.value, currency);
    if (cap.value.trim() !== "" && most === null) fail(cap, "invalid_amount");
    const tillId = till.value.trim() || null;
    try {
      if (tillId !== null) fromPublicId("til", tillId);
    } catch {
      fail(till, "invalid_till");
    }
    const fallback = Number(second.value) === frame.wish.instrument ? 0 : Number(second.value);
    frame.wish = { ...frame.wish, cap: most, fallback, tillId, isTraining: training.checked };
  }

  /** @param {HTMLInputElement} input @param {string} code */
  function fail(input, code) {
    element.open = true;
    throw Object.assign(new Error(), { code, field: input });
  }

  return { element, read };
}

/** @param {Frame} frame */
function nothingLinked(frame) {
  const why = say(frame.isOnline ? "nothing_linked_help" : "nothing_linked_offline");
  return h("div", { class: "empty" }, icon("means"), h("h2", {}, say("nothing_linked")), h("p", {}, why), h("a", { class: "button primary", href: "#/means" }, say("link")));
}

/**
 * Why nothing can be paid with this phone now, and what to do.
 * @param {Frame} frame
 */
function hindrance(frame) {
  const { standing, stopped, state } = frame;
  const help = h("p", {}, h("a", { class: "button primary", href: "#/forgotten" }, say("what_now")));
  if (standing === "pin_locked") return message("bad", "lock", say("pin_locked_title"), h("p", {}, say("pin_locked_text")), help);
  if (standing === "halted") return message("bad", "warning", say("halted_title"), h("p", {}, say("halted_text")), help);
  if (standing !== "stopped") return null;
  const word = stopped === "device_locked" || state?.status === "locked" ? "stopped_locked" : stopped === "customer_closed" ? "stopped_closed" : "stopped_text";
  return message("bad", "lock", say("stopped_title"), h("p", {}, say(word)), word === "stopped_locked" ? null : help);
}

/** @param {Frame} frame */
async function updated(frame) {
  if (!frame.updates.isReady) return null;
  const now = h("button", { type: "button", class: "link", onclick: () => frame.updates.apply() }, say("update_now"));
  return message("good", "check", say("update_ready"), h("p", {}, now));
}

/** @param {Frame} frame */
async function proposal(frame) {
  const how = await howToInstall(frame.wallet);
  if (how === null) return null;
  const later = h("button", { type: "button", class: "plain", onclick: () => void dismiss() }, say("install_no"));
  const yes = h("button", { type: "button", class: "primary", onclick: () => void install().then(dismiss) }, say("install_yes"));
  async function dismiss() {
    await dismissInstallation(frame.wallet);
    await frame.again();
  }
  const text = say(how === "browser" ? "install_text" : "install_by_hand");
  return h("section", { class: "panel" }, h("h2", {}, say("install_title")), h("p", {}, text), h("div", { class: "actions" }, how === "browser" ? yes : null, later));
}

