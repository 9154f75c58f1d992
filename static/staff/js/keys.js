/**
 * Single keys for those who like them: `/` search, `j` `k` rows, `o` open, `a` and `r` decide, `?` help.
 * Everything is a button or a link of the page as well; the settings switch the keys off.
 */

const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]);

/** The row in which the focus is. */
const currentRow = () => /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-row]") ?? null);

/** @param {number} step */
const move = (step) => {
  const all = rows();
  const here = currentRow();
  const next = all[here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

const openRow = () => {
  const row = currentRow();
  const link = /** @type {HTMLElement | null} */ (row?.matches("a") ? row : (row?.querySelector("[data-open]") ?? null));
  link?.click();
};

/**
 * Press the button of the row in which the focus is. A page without rows to decide has one of its own; in a queue
 * nothing is pressed without a row, because the one that somebody looked at may have gone, and another be there alone.
 * @param {string} key
 */
const decide = (key) => {
  const isQueue = document.querySelector("[data-row] [data-key]") !== null;
  const within = currentRow() ?? (isQueue ? null : document);
  if (!within) return;
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (within.querySelectorAll(`[data-key="${key}"]`));
  if (buttons.length === 1) buttons[0]?.click();
};

/** @type {Record<string, () => void>} */
const KEYS = {
  "/": () => /** @type {HTMLElement | null} */ (document.querySelector("#q"))?.focus(),
  j: () => move(1),
  k: () => move(-1),
  o: openRow,
  a: () => decide("a"),
  r: () => decide("r"),
  "?": () => {
    const help = /** @type {HTMLDetailsElement | null} */ (document.querySelector("#keys"));
    if (!help) return;
    help.open = !help.open;
    help.querySelector("summary")?.focus();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "k") {
    event.preventDefault();
    KEYS["/"]?.();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (!act) return;
  event.preventDefault();
  act();
});
