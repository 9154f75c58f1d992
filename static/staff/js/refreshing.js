/**
 * What htmx does not do by itself when a part of a page is replaced by a newer one: to say that nobody is there, to
 * look at nothing while nobody sees it, and to leave open what somebody has opened.
 */

/** @type {Set<string>} */
const opened = new Set();

document.addEventListener("htmx:configRequest", (event) => {
  // Looking by itself does not keep a session alive.
  /** @type {CustomEvent<{ headers: Record<string, string> }>} */ (event).detail.headers["Staff-Refresh"] = "1";
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", () => {
  opened.clear();
  for (const details of document.querySelectorAll("main details[open][id]")) opened.add(details.id);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});

export {};
