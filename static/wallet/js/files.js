// Addresses of the wallet's own files.

/**
 * Return the address of a file below `static/wallet`, such as `sounds/paid.mp3`: the page's import map knows the one
 * that belongs to this version, which is also the one that is kept for the time without a network.
 * @param {string} name
 */
export function fileUrl(name) {
  return import.meta.resolve(`../${name}`);
}
