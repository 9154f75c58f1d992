// The parts that several screens are put together from.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./language.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./icons.js").IconName} IconName */

/**
 * A field with its label and a hint.
 * @param {HTMLInputElement | HTMLSelectElement} input with an id
 * @param {string} label
 * @param {string} [hint]
 */
export function field(input, label, hint) {
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  const help = hint ? h("p", { class: "quiet", id: `${input.id}-hint` }, hint) : null;
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, help);
}

/**
 * A form that is sent by its button or by Enter.
 * @param {() => void} send
 * @param {...(Child | Child[])} children
 */
export function form(send, ...children) {
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    send();
  };
  return h("form", { novalidate: true, onsubmit: submit }, ...children);
}

/**
 * A row that leads to another screen.
 * @param {string} path
 * @param {string} title
 * @param {{drawing?: IconName, hint?: string}} [more]
 */
export function leading(path, title, { drawing, hint } = {}) {
  const words = h("span", { class: "words" }, h("span", { class: "title" }, title), hint ? h("span", { class: "quiet" }, hint) : null);
  return h("li", {}, h("a", { class: "row", href: `#/${path}` }, drawing ? icon(drawing) : null, words, icon("forward")));
}

/**
 * A message with a drawing and a word, for what is so and no error.
 * @param {"good" | "wait" | "bad"} kind
 * @param {IconName} drawing
 * @param {string} title
 * @param {...Child} more
 */
export function message(kind, drawing, title, ...more) {
  return h("div", { class: `message ${kind}` }, icon(drawing), h("div", {}, h("p", {}, h("strong", {}, title)), ...more));
}

/** What a screen shows in the place of what needs the network. */
export function needsNetwork() {
  return message("wait", "offline", say("needs_network"), h("p", {}, say("needs_network_help")));
}

/**
 * A list of names and what stands beside them.
 * @param {[string, Child][]} facts
 */
export function facts(facts) {
  return h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
