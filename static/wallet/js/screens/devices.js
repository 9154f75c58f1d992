// The customer's phones: naming and stopping them, letting a new one in, and handing over to it.

import { encode } from "uqr";

import { h, svg } from "./dom.js";
import { moment } from "./figures.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { field, form, message, needsNetwork } from "./parts.js";
import { codeOf } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").ListedDevice} Device */

/**
 * @param {Frame} frame
 * @param {string[]} parts an id shows that one
 * @returns {Promise<Screen>}
 */
export async function devices(frame, [id] = []) {
  /** @type {Device[]} */
  let all;
  try {
    all = (await frame.wallet.api.devices()).data;
  } catch (error) {
    if (codeOf(error) !== "no_answer") throw error;
    return { title: say("devices"), back: "more", body: [needsNetwork(), h("p", {}, say("lost_text")), lostLink()] };
  }
  const one = all.find((each) => each.device_id === id);
  return one ? oneOf(frame, one) : listOf(all);
}

/**
 * @param {Device[]} all
 * @returns {Screen}
 */
function listOf(all) {
  const waiting = all.filter((each) => each.status === "pending");
  const rest = all.filter((each) => each.status !== "pending");
  const titled = waiting.length ? message("wait", "phone", say("devices_waiting"), h("p", {}, say("devices_waiting_help"))) : null;
  return {
    title: say("devices"),
    back: "more",
    body: [
      titled,
      waiting.length ? h("ul", { class: "rows" }, ...waiting.map(row)) : null,
      h("ul", { class: "rows" }, ...rest.map(row)),
      h("div", { class: "actions" }, h("a", { class: "button primary", href: "#/handover" }, say("handover"))),
      h("h2", {}, say("lost_title")),
      h("p", {}, say("lost_text")),
      lostLink(),
    ],
  };
}

/** @param {Device} each */
function row(each) {
  const small = [each.is_this_device ? say("this_device") : "", each.status === "active" ? "" : say(`device_${each.status}`), moment(each.enrolled_at)].filter(Boolean).join(" · ");
  const words = h("span", { class: "words" }, h("span", { class: "title" }, each.name), h("span", { class: "quiet" }, small));
  return h("li", {}, h("a", { class: "row", href: `#/devices/${each.device_id}` }, icon("phone"), words, icon("forward")));
}

/**
 * @param {Frame} frame
 * @param {Device} one
 * @returns {Screen}
 */
function oneOf(frame, one) {
  const { api } = frame.wallet;
  const id = one.device_id;
  const isPending = one.status === "pending";
  const name = h("input", { id: "device-name", maxlength: 64, autocomplete: "off", value: one.name, required: true });
  const save = h("button", { class: "plain" }, say("save"));

  /**
   * @param {"primary" | "plain" | "danger"} look
   * @param {string} word
   * @param {() => Promise<unknown>} work
   */
  function button(look, word, work) {
    const made = h("button", { type: "button", class: look, onclick: () => void frame.act(made, work) }, word);
    return made;
  }
  /** @param {string} note */
  async function done(note) {
    frame.note(note);
    await frame.replace("devices");
  }
  async function rename() {
    await api.call("POST", `devices/${encodeURIComponent(id)}/rename`, { fields: { name: name.value.trim() } });
    await done(say("saved"));
  }
  async function lock() {
    const text = [say(one.is_this_device ? "lock_this_text" : "lock_text", { name: one.name })];
    if (!(await frame.ask({ title: say("lock_title"), text, yes: say("lock"), isDanger: true }))) return;
    await api.lockDevice(id);
    if (one.is_this_device) await frame.contact?.look({ isUrgent: true });
    else await done(say("lock_done", { name: one.name }));
  }
  async function unlock() {
    await frame.confirmed(() => api.unlockDevice(id), say("why_unlock", { name: one.name }));
    await done(say("unlock_done", { name: one.name }));
  }
  async function approve() {
    const question = { title: say("approve_title"), text: [say("approve_text", { name: one.name })], yes: say("approve") };
    if (!(await frame.ask(question))) return;
    // The PIN before the challenge: that one is good for two minutes.
    await frame.confirmed(() => frame.wallet.confirm(), say("why_approve", { name: one.name }));
    await frame.confirmed(() => frame.wallet.approve(one), say("why_approve", { name: one.name }));
    await done(say("approve_done", { name: one.name }));
  }
  async function remove() {
    const text = [say("remove_device_text", { name: one.name })];
    if (!(await frame.ask({ title: say(isPending ? "refuse_device" : "remove_device"), text, yes: say(isPending ? "refuse" : "remove"), isDanger: true }))) return;
    await frame.confirmed(() => api.revokeDevice(id), say("why_remove_device", { name: one.name }));
    await done(say("remove_device_done", { name: one.name }));
  }

  const isLocked = one.status === "locked";
  return {
    title: one.name,
    back: "devices",
    body: [
      h("p", {}, say(`device_${one.status}`)),
      h("p", { class: "quiet" }, say("device_since", { when: moment(one.enrolled_at) })),
      isPending ? message("wait", "question", say("approve_question"), h("p", {}, say("approve_warning"))) : null,
      isPending ? null : form(() => void frame.act(save, rename, name), field(name, say("device_name")), h("div", { class: "actions" }, save)),
      h(
        "div",
        { class: "actions apart" },
        isPending ? button("primary", say("approve"), approve) : null,
        isLocked && !one.is_this_device ? button("primary", say("unlock"), unlock) : null,
        one.status === "active" ? button("plain", say("lock"), lock) : null,
        one.is_this_device ? h("a", { class: "button danger", href: "#/leave" }, say("sign_out")) : button("danger", say(isPending ? "refuse" : "remove"), remove),
      ),
    ],
  };
}

/**
 * A code for a new phone, as a QR and to type.
 * @param {Frame} frame
 * @returns {Screen}
 */
export function handover(frame) {
  const common = { title: say("handover"), back: "devices" };
  if (!frame.isOnline) return { ...common, body: [needsNetwork()] };
  const issued = frame.carried.handover;
  const isValid = issued && Date.parse(issued.expires_at) > frame.wallet.now * 1000;
  const start = h("button", { type: "button", class: "primary", onclick: () => void frame.act(start, issue) }, say("handover_start"));
  async function issue() {
    frame.carried.handover = await frame.confirmed(() => frame.wallet.api.call("POST", "handover", { fields: {}, needsConfirmation: true }), say("why_handover"));
    await frame.show();
  }
  const steps = [say("handover_step_open"), say("handover_step_scan"), say("handover_step_approve")];
  const list = h("ol", {}, ...steps.map((text) => h("li", {}, text)));
  if (!isValid) return { ...common, body: [h("p", {}, say("handover_lead")), list, h("div", { class: "actions" }, start)] };
  return {
    ...common,
    body: [
      list,
      h("div", { class: "symbol small" }, qr(issued.qr_text)),
      h("p", { class: "code-text" }, issued.activation_code),
      h("p", { class: "quiet" }, say("handover_until", { when: moment(issued.expires_at) })),
      h("div", { class: "actions" }, h("a", { class: "button plain", href: "#/devices" }, say("devices"))),
    ],
  };
}

/** @param {string} text */
function qr(text) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const bars = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  const white = svg("rect", { width: size, height: size, fill: "#fff" });
  const black = svg("path", { d: bars.join(""), fill: "#000" });
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges", role: "img", "aria-label": say("handover_image") }, white, black);
}

/** The page for a phone that is not at hand. */
export function lostLink() {
  return h("p", {}, h("a", { class: "button plain", href: `/lost-phone?language=${document.documentElement.lang}` }, icon("lock"), h("span", {}, say("lost_link"))));
}
