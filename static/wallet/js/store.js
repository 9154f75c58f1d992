// What the phone keeps when it is switched off. Neither the PIN nor K_pin is here, nor a proof that either made, nor
// anything that is encrypted under them: nothing in here confirms a guess.

import { answered, inTransaction, opened } from "./database.js";
import { NotGenuine, WalletError } from "./errors.js";
import { LAST_COUNTER } from "./layout.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./documents.js").RealmDocument} RealmDocument */
/** @typedef {import("./documents.js").Signed} Signed */

/** @typedef {{privateKey: CryptoKey, publicKey: Bytes, kDev: CryptoKey}} Keys the two secrets, which nobody can read */
/**
 * @typedef {object} Device
 * @property {string} deviceId
 * @property {Bytes} deviceRef
 * @property {Keys} keys
 * @property {string} certificate
 * @property {string} name
 * @property {string} enrolledAt
 */
/** @typedef {{realm: Bytes, rootKey: Bytes}} Root kept from enrolment, and never replaced */
/** @typedef {{document: RealmDocument, signed: Signed}} KeptRealm */
/** @typedef {{deviceId: string, counter: number, sync: string}} Numbers changed only under the lock of the numbers */

export const DATABASE = "mpayment-wallet";
const STORES = ["own", "kept", "payments", "receipts"];
// One lock around counter and tag: two windows must never make twins.
const NUMBERS_LOCK = "mpayment-wallet numbers";
const CHANNEL = "mpayment-wallet";
const LETTING_GO_MILLISECONDS = 2000;

/** The memory of this browser. Dispatches `gone` when it was emptied, here or in another window. */
export class Store extends EventTarget {
  /** @type {IDBDatabase} */
  #database;
  #channel = new BroadcastChannel(CHANNEL);

  /** @param {IDBDatabase} database */
  constructor(database) {
    super();
    this.#database = database;
    database.onversionchange = () => this.#end();
    database.onclose = () => this.#end();
    this.#channel.onmessage = ({ data }) => {
      if (data === "gone") this.#end();
    };
  }

  /** Open the memory, or make an empty one. Raises `storage_failed`. */
  static async open() {
    const database = await opened(DATABASE, 1, (fresh) => {
      fresh.createObjectStore("own");
      fresh.createObjectStore("kept");
      fresh.createObjectStore("payments", { keyPath: "id" }).createIndex("created_at", "created_at");
      fresh.createObjectStore("receipts", { keyPath: "id" });
    });
    return new Store(database);
  }

  /** @returns {Promise<Device | null>} null before the phone is enrolled */
  async device() {
    return (await this.#own("device")) ?? null;
  }

  /** @returns {Promise<Root | null>} */
  async root() {
    return (await this.#own("root")) ?? null;
  }

  /** @returns {Promise<KeptRealm | null>} */
  async realm() {
    return (await this.#own("realm")) ?? null;
  }

  /** @returns {Promise<Numbers | null>} how many codes were made, and the tag; only to look at */
  async numbers() {
    return (await this.#own("numbers")) ?? null;
  }

  /**
   * Keep new keys, and give back what was kept: a browser that keeps no keys fails here, before anybody is told.
   * @param {Keys} keys
   * @returns {Promise<Keys>}
   */
  async keepFreshKeys(keys) {
    await this.#write(["own"], (own) => answered(own("own").put(keys, "fresh")));
    return this.#own("fresh");
  }

  /**
   * Make the fresh keys those of an enrolled device, with its root, realm and first numbers, at once or not at all.
   * Raises `enrolled_already` if another window was faster.
   * @param {{device: Device, root: Root, realm: KeptRealm, sync: string}} enrolment
   */
  async enrol({ device, root, realm, sync }) {
    await this.#write(["own"], async (store) => {
      const own = store("own");
      if (await answered(own.get("device"))) throw new WalletError("enrolled_already");
      own.put(device, "device");
      own.put(root, "root");
      own.put(realm, "realm");
      own.put({ deviceId: device.deviceId, counter: 0, sync }, "numbers");
      await answered(own.delete("fresh"));
    });
  }

  /**
   * Count one more code, and return its number and the tag that belongs into it. When this resolves the number is on
   * the disk: whatever happens then, no second code gets it. Raises `counter_exhausted`, `signed_out`.
   * @param {string} deviceId whose code it will be; another window may have enrolled anew meanwhile
   * @returns {Promise<Numbers>}
   */
  async takeNumber(deviceId) {
    return this.#withNumbers(deviceId, (numbers) => {
      if (numbers.counter >= LAST_COUNTER) throw new WalletError("counter_exhausted");
      return { ...numbers, counter: numbers.counter + 1 };
    });
  }

  /**
   * Put the server's new tag in the place of the one that was shown for it. Another window may have exchanged it
   * meanwhile: then its tag is the newer one, and stays.
   * @param {string} deviceId
   * @param {{shown: string, fresh: string}} tags
   * @returns {Promise<Numbers>}
   */
  async replaceSync(deviceId, { shown, fresh }) {
    return this.#withNumbers(deviceId, (numbers) => (numbers.sync === shown ? { ...numbers, sync: fresh } : numbers));
  }

  /**
   * Keep a verified realm document. Raises NotGenuine for a lower version than what another window has kept since.
   * @param {KeptRealm} realm
   */
  async keepRealm(realm) {
    await this.#write(["own"], async (store) => {
      /** @type {KeptRealm | undefined} */
      const known = await answered(store("own").get("realm"));
      if (known && realm.document.version < known.document.version) throw new NotGenuine("an older document than ours");
      await answered(store("own").put(realm, "realm"));
    });
  }

  /**
   * Return something that was kept for the time without a network, or null.
   * @param {string} name
   * @returns {Promise<any>} any: each name has its own shape
   */
  async kept(name) {
    return (await this.#read("kept", (kept) => answered(kept.get(name)))) ?? null;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  async keep(name, value) {
    await this.#write(["kept"], (store) => answered(store("kept").put(value, name)));
  }

  /**
   * Remember that everything up to this event was read; never goes back.
   * @param {number} seq
   */
  async keepLastEvent(seq) {
    await this.#write(["kept"], async (store) => {
      const known = (await answered(store("kept").get("last_event"))) ?? 0;
      if (seq > known) await answered(store("kept").put(seq, "last_event"));
    });
  }

  /**
   * Keep payments as the server showed them; one that is kept already is replaced by a version that is not lower.
   * @param {{id: string, version: number, created_at: string}[]} payments
   */
  async keepPayments(payments) {
    await this.#write(["payments"], async (store) => {
      for (const payment of payments) {
        const known = await answered(store("payments").get(payment.id));
        if (!known || known.version <= payment.version) await answered(store("payments").put(payment));
      }
    });
  }

  /** @returns {Promise<any[]>} any: the payments as they came, newest first */
  async payments() {
    const oldestFirst = await this.#read("payments", (payments) => answered(payments.index("created_at").getAll()));
    return oldestFirst.reverse();
  }

  /**
   * Keep a receipt as it was signed, under the id of its payment or refund.
   * @param {string} id
   * @param {Signed} signed
   */
  async keepReceipt(id, signed) {
    await this.#write(["receipts"], (store) => answered(store("receipts").put({ id, signed })));
  }

  /**
   * @param {string} id of the payment or refund
   * @returns {Promise<Signed | null>} verify it again before it is shown
   */
  async receipt(id) {
    return (await this.#read("receipts", (receipts) => answered(receipts.get(id))))?.signed ?? null;
  }

  /**
   * Forget everything, in every window: keys, numbers, history. The stores are emptied first, because a window that
   * hangs may keep the database from being deleted.
   */
  async clear() {
    await this.#write(STORES, async (store) => {
      for (const name of STORES) await answered(store(name).clear());
    });
    this.#channel.postMessage("gone");
    this.#end();
    await deleted(DATABASE);
  }

  /** Close this window's view of the memory. */
  close() {
    this.#channel.close();
    this.#database.close();
  }

  #end() {
    this.#database.close();
    this.dispatchEvent(new Event("gone"));
  }

  /**
   * @param {string} deviceId
   * @param {(numbers: Numbers) => Numbers} change
   * @returns {Promise<Numbers>}
   */
  #withNumbers(deviceId, change) {
    return navigator.locks.request(NUMBERS_LOCK, () =>
      this.#write(["own"], async (store) => {
        // Read inside the transaction that writes: the disk decides, not what this window remembers.
        /** @type {Numbers | undefined} */
        const numbers = await answered(store("own").get("numbers"));
        if (!numbers || numbers.deviceId !== deviceId) throw new WalletError("signed_out");
        const changed = change(numbers);
        await answered(store("own").put(changed, "numbers"));
        return changed;
      }),
    );
  }

  /**
   * @param {string} key
   * @returns {Promise<any>} any: each key has its own shape
   */
  #own(key) {
    return this.#read("own", (own) => answered(own.get(key)));
  }

  /**
   * @template T
   * @param {string} name
   * @param {(store: IDBObjectStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  #read(name, work) {
    return this.#guarded(() => inTransaction(this.#database, [name], "readonly", (all) => work(all.objectStore(name))));
  }

  /**
   * @template T
   * @param {string[]} names
   * @param {(store: (name: string) => IDBObjectStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  #write(names, work) {
    return this.#guarded(() =>
      inTransaction(this.#database, names, "readwrite", (all) => work((name) => all.objectStore(name))),
    );
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #guarded(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // A database that was closed under us belongs to somebody who has signed out.
      throw new WalletError(error.name === "InvalidStateError" ? "signed_out" : "storage_failed", error.name);
    }
  }
}

/**
 * Delete the database; another window that still holds it lets go by itself.
 * @param {string} name
 * @returns {Promise<void>}
 */
function deleted(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = () => resolve();
    // Another window has yet to let go. One that hangs is not waited for: it keeps an empty database.
    request.onblocked = () => setTimeout(resolve, LETTING_GO_MILLISECONDS);
  });
}
