// New versions of the wallet: fetched in the background, used when it suits, never mixed with the old one.

const POLICY = "mpayment-wallet";
const LOOK_AGAIN_MILLISECONDS = 60 * 60 * 1000;

/** Dispatches `ready` when a new version waits. */
export class Updates extends EventTarget {
  /** @type {ServiceWorkerRegistration | null} */
  #registration = null;

  /**
   * Let the worker keep this page for the time without a network, and look for new versions.
   * @param {string} address of the worker
   */
  async start(address) {
    const workers = navigator.serviceWorker;
    if (!workers) return;
    // At the first visit there is no old version that a page could be stuck in.
    let isControlled = workers.controller !== null;
    workers.addEventListener("controllerchange", () => {
      if (isControlled) location.reload();
      isControlled = true;
    });
    const registration = await workers.register(trustedAddress(address), { updateViaCache: "none" });
    this.#registration = registration;
    if (registration.waiting) this.#tell();
    registration.addEventListener("updatefound", () => this.#watch(registration.installing));
    setInterval(() => void this.look(), LOOK_AGAIN_MILLISECONDS);
  }

  /** Ask whether there is a new version; without a network there is none. */
  async look() {
    await this.#registration?.update().catch(() => {});
  }

  /** Whether a new version waits. */
  get isReady() {
    return Boolean(this.#registration?.waiting && navigator.serviceWorker.controller);
  }

  /** Use the new version now: every window of the wallet reloads. */
  apply() {
    this.#registration?.waiting?.postMessage("apply");
  }

  /** @param {ServiceWorker | null} installing */
  #watch(installing) {
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") this.#tell();
    });
  }

  #tell() {
    if (this.isReady) this.dispatchEvent(new Event("ready"));
  }
}

/**
 * Return the address as a browser with trusted types wants it.
 * @param {string} address
 * @returns {string}
 */
function trustedAddress(address) {
  const types = /** @type {any} any: not every browser has them */ (globalThis).trustedTypes;
  if (!types) return address;
  return types.createPolicy(POLICY, { createScriptURL: (/** @type {string} */ text) => text }).createScriptURL(address);
}
