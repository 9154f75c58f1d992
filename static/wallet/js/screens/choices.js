// What somebody chose for this browser: known before the wallet is open, and gone when he signs out.

const PREFIX = "mpayment-wallet ";

/**
 * Return what was chosen, or null; also where the browser keeps nothing.
 * @param {"language" | "theme" | "silent"} name
 */
export function chosen(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * Remember it; null forgets it.
 * @param {"language" | "theme" | "silent"} name
 * @param {string | null} value
 */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // It holds until the page is closed.
  }
}
