// The means of payment: linking one at the bank's own page, naming it, choosing the one that pays, taking one away.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { field, form, message, needsNetwork } from "./parts.js";
import { codeOf } from "./problems.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */
/** @typedef {import("../api.js").Instrument} Instrument */

/**
 * What the customer calls it, or the bank.
 * @param {{name?: string, label: string}} instrument
 */
export function meansName({ name, label }) {
  return name || label;
}

/**
 * @param {Frame} frame
 * @param {string[]} parts a handle shows that one
 * @returns {Promise<Screen>}
 */
export async function means(frame, [handle] = []) {
  const kept = await frame.wallet.keptInstruments();
  const all = frame.isOnline ? await frame.wallet.instruments().catch(() => kept) : kept;
  const one = all.find((each) => String(each.handle) === handle);
  return one ? oneOf(frame, one) : listOf(frame, all);
}

/**
 * @param {Frame} frame
 * @param {Instrument[]} all
 * @returns {Screen}
 */
function listOf(frame, all) {
  const link = h("button", { type: "button", class: "primary", onclick: () => void frame.act(link, begin) }, say("link"));
  async function begin() {
    const started = await frame.confirmed(() => frame.wallet.api.linkInstrument({ kind: "bank_account" }), say("why_link"));
    if (!started.link_url) throw Object.assign(new Error(), { code: "provider_not_available" });
    // Whoever comes back is a page that knows nothing but this.
    await frame.wallet.store.keep("link", started.id);
    location.assign(started.link_url);
  }
  const rows = all.map((each) => {
    const small = [each.name ? each.label : "", each.is_default ? say("is_default") : "", each.status === "active" ? "" : say("means_suspended")].filter(Boolean).join(" · ");
    const words = h("span", { class: "words" }, h("span", { class: "title" }, meansName(each)), h("span", { class: "quiet" }, small));
    return h("li", {}, h("a", { class: "row", href: `#/means/${each.handle}` }, icon("means"), words, icon("forward")));
  });
  return {
    title: say("tab_means"),
    body: [
      all.length === 0 ? h("div", { class: "empty" }, icon("means"), h("p", {}, say("nothing_linked"))) : h("ul", { class: "rows" }, ...rows),
      frame.isOnline ? h("div", {}, h("p", {}, say("link_text")), h("div", { class: "actions" }, link)) : needsNetwork(),
    ],
  };
}

/**
 * @param {Frame} frame
 * @param {Instrument} one
 * @returns {Screen}
 */
function oneOf(frame, one) {
  const { api } = frame.wallet;
  const name = h("input", { id: "means-name", maxlength: 40, autocomplete: "off", value: one.name });
  const save = h("button", { class: "plain" }, say("save"));
  const first = h("button", { type: "button", class: "primary", onclick: () => void frame.act(first, makeDefault) }, say("make_default"));
  const away = h("button", { type: "button", class: "danger", onclick: () => void frame.act(away, remove) }, say("remove"));
  async function rename() {
    await api.renameInstrument(one.handle, name.value.trim());
    frame.note(say("saved"));
    await frame.replace("means");
  }
  async function makeDefault() {
    await frame.confirmed(() => api.makeDefault(one.handle), say("why_default"));
    frame.wish = {};
    await frame.replace("means");
  }
  async function remove() {
    const text = [say("remove_means_text", { name: meansName(one) })];
    if (!(await frame.ask({ title: say("remove_means_title"), text, yes: say("remove"), isDanger: true }))) return;
    await frame.confirmed(() => api.removeInstrument(one.handle), say("why_remove_means"));
    frame.wish = {};
    await frame.replace("means");
  }
  return {
    title: meansName(one),
    back: "means",
    body: [
      h("p", {}, one.label),
      one.status === "active" ? null : message("wait", "wait", say("means_suspended"), h("p", {}, say("means_suspended_help"))),
      one.is_default ? message("good", "check", say("is_default")) : null,
      frame.isOnline
        ? h("div", {}, form(() => void frame.act(save, rename, name), field(name, say("means_name"), say("means_name_hint")), h("div", { class: "actions" }, save)), h("div", { class: "actions apart" }, one.is_default || one.status !== "active" ? null : first, away))
        : needsNetwork(),
    ],
  };
}

/**
 * Where the bank's page sends the customer back to.
 * @param {Frame} frame
 * @returns {Promise<Screen | null>}
 */
export async function linked(frame) {
  const link = await frame.wallet.store.kept("link");
  const returned = frame.carried.returned;
  if (!link || !returned) {
    void frame.replace("means");
    return null;
  }
  const isRefused = "error" in returned;
  const go = h("button", { type: "button", class: "primary", onclick: () => void frame.act(go, complete) }, say("link_complete"));
  const again = h("a", { class: "button plain", href: "#/means" }, say(isRefused ? "to_means" : "cancel"));
  async function complete() {
    try {
      const one = await frame.confirmed(() => frame.wallet.api.completeLink(link, returned), say("why_link_complete"));
      await end();
      frame.note(say("link_done", { name: meansName(one) }));
      await frame.wallet.instruments();
      await frame.replace("home");
    } catch (error) {
      // Nothing is lost while nobody answered: the same may be tried again.
      if (["link_not_found", "link_refused", "link_expired", "link_code_refused"].includes(codeOf(error))) await end();
      throw error;
    }
  }
  async function end() {
    frame.carried.returned = null;
    await frame.wallet.store.keep("link", null);
  }
  // Nothing comes of it: the link ends by itself.
  if (isRefused) await end();
  const text = isRefused ? message("wait", "cross", say("link_refused"), h("p", {}, say("link_refused_help"))) : h("p", {}, say("link_back_text"));
  return { title: say(isRefused ? "link_title" : "link_back"), back: "means", isBare: true, body: [text, h("div", { class: "actions" }, isRefused ? null : go, again)] };
}
