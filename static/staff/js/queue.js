/**
 * Keeps a queue up to date while somebody waits for it: what is held must be decided within seconds.
 * Nothing changes under somebody's hands: while he types or chooses, or looks elsewhere, the page stays as it is.
 */

const EVERY_MILLISECONDS = 3000;

const isBusy = () => {
  const active = document.activeElement;
  return document.hidden || Boolean(active?.closest("main input, main select, main textarea, main button"));
};

/** @param {Element} fresh */
const show = (fresh) => {
  const main = document.querySelector("main");
  if (!main || main.innerHTML === fresh.innerHTML) return;
  const row = document.activeElement?.closest("main [data-row]")?.id;
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  if (row) document.getElementById(row)?.focus({ preventScroll: true });
};

const look = async () => {
  if (isBusy()) return;
  // Looking by itself does not keep a session alive.
  const response = await fetch(location.pathname, { headers: { "Staff-Refresh": "1" }, redirect: "manual" });
  if (response.type === "opaqueredirect") location.reload();
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("main");
  // Meanwhile he may have begun to type.
  if (fresh && !isBusy()) show(fresh);
};

setInterval(() => look().catch(() => undefined), EVERY_MILLISECONDS);

export {};
