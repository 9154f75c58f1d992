// IndexedDB with promises: a write is done when it is on the disk, and not before.

import { WalletError } from "./errors.js";

/**
 * Return the answer of one request.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Open the database, making its stores when it is new.
 * @param {string} name
 * @param {number} version
 * @param {(database: IDBDatabase) => void} prepare
 * @returns {Promise<IDBDatabase>}
 */
export function opened(name, version, prepare) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => prepare(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new WalletError("storage_failed", request.error?.name));
    request.onblocked = () => reject(new WalletError("storage_failed", "blocked by another window"));
  });
}

/**
 * Do the work in one transaction and return what it returned. A write is durable when this resolves: the browser was
 * asked to wait for the disk, and we wait for `complete`. Whatever goes wrong, nothing of it is kept.
 *
 * The work must await nothing but requests of its own transaction, or the transaction ends under it.
 * @template T
 * @param {IDBDatabase} database
 * @param {string[]} stores
 * @param {"readonly" | "readwrite"} mode
 * @param {(transaction: IDBTransaction) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTransaction(database, stores, mode, work) {
  const transaction = database.transaction(stores, mode, { durability: "strict" });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new WalletError("storage_failed", "aborted"));
  });
  // Awaited below; until then a failure is not to be reported as one that nobody handles.
  ended.catch(() => {});
  let result;
  try {
    result = await work(transaction);
  } catch (error) {
    abort(transaction);
    await ended.catch(() => {});
    throw error;
  }
  await ended;
  return result;
}

/** @param {IDBTransaction} transaction */
function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself: there is nothing to take back.
  }
}
