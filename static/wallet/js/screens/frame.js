// What is around every screen: head, tabs, the way between the screens, and what is asked and told on top of them.

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { askPin } from "./pin_pad.js";
import { Cancelled, codeOf, told } from "./problems.js";
import { admitted, standingOf } from "./standing.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./icons.js").IconName} IconName */
/** @typedef {import("./language.js").Word} Word */
/** @typedef {import("../wallet.js").Wallet} Wallet */
/**
 * @typedef {object} Screen
 * @property {string} title
 * @property {(Child | Child[])[]} body
 * @property {string | null} [back] where the arrow leads, null for none
 * @property {boolean} [isBare] without tabs
 * @property {string} [kind] a class of the page
 * @property {() => void} [leave] what to do when another one comes
 * @property {HTMLElement | null} [focus] instead of the heading
 */
/** @typedef {(frame: Frame, parts: string[]) => Screen | null | Promise<Screen | null>} Maker null has gone elsewhere */

/** @type {[string, IconName, Word][]} */
const TABS = [
  ["home", "pay", "tab_pay"],
  ["history", "history", "tab_history"],
  ["means", "means", "tab_means"],
  ["more", "more", "tab_more"],
];
const NOTE_MILLISECONDS = 5000;

export class Frame {
  /** Every maker by the first part of its path. @type {Record<string, Maker>} */
  screens = {};
  /** What the server said at the last contact. @type {import("../api.js").OwnDevice | null} */
  state = null;
  /** @type {string | null} */
  halted = null;
  /** @type {string | null} */
  stopped = null;
  isWaiting = false;
  /** The last call was answered. */
  isReached = true;
  isListening = false;
  isLeaving = false;
  /** @type {import("./contact.js").Contact | null} */
  contact = null;
  /** What the next code shall say. @type {import("../wallet.js").CodeWish} */
  wish = {};
  /** Codes and parameters on their way from one screen to the next; never in the address. @type {Record<string, any>} */
  carried = {};

  #turn = 0;
  /** How it stood when the screen was made. @type {import("./standing.js").Standing | null} */
  #shownStanding = null;
  #noteTimer = 0;
  /** @type {() => void} */
  #leave = () => {};
  #head;
  #nav;
  #said;
  #note;
  #notice = h("div", { class: "notice" });
  #name = document.title;

  /** @param {{wallet: Wallet, page: HTMLElement, updates: import("../updates.js").Updates}} parts */
  constructor({ wallet, page, updates }) {
    this.wallet = wallet;
    this.page = page;
    this.updates = updates;
    this.#head = element("wallet-head");
    this.#nav = element("wallet-nav");
    this.#said = element("wallet-said");
    this.#note = element("wallet-note");
    addEventListener("hashchange", () => void this.show());
  }

  get standing() {
    const { state, halted, stopped, isWaiting } = this;
    return standingOf({ isEnrolled: this.wallet.isEnrolled, state, halted, stopped, isWaiting });
  }

  /** The path after `#/`, in parts. */
  get parts() {
    return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  }

  get isOnline() {
    return navigator.onLine && (this.isListening ? this.wallet.lineState !== "offline" : this.isReached);
  }

  /**
   * Go to a screen; the way back leads here.
   * @param {string} path
   */
  go(path) {
    if (location.hash === `#/${path}`) void this.show();
    else location.hash = `/${path}`;
  }

  /**
   * Go to a screen in the place of this one.
   * @param {string} path
   */
  replace(path) {
    history.replaceState(null, "", `#/${path}`);
    return this.show();
  }

  /** Show the screen that the address names, or the one that is open instead. */
  async show() {
    const turn = ++this.#turn;
    const [wanted, ...rest] = this.parts;
    const known = Object.hasOwn(this.screens, wanted) ? wanted : "home";
    this.#shownStanding = this.standing;
    const name = admitted(this.#shownStanding, known);
    if (name !== wanted) history.replaceState(null, "", `#/${name}`);
    refill(this.#notice);
    const screen = await this.#made(name, name === wanted ? rest : []);
    if (screen === null || turn !== this.#turn) {
      screen?.leave?.();
      return;
    }
    this.#leave();
    this.#leave = screen.leave ?? (() => {});
    this.#dress(name, screen);
  }

  /** Show what is open now, if it stands otherwise than when the screen was made. */
  async follow() {
    if (this.standing !== this.#shownStanding) await this.show();
  }

  /** Show the same screen anew, where what it shows has changed; nobody is thrown out of a field, or out of his PIN. */
  async again() {
    const isTyping = document.activeElement instanceof HTMLInputElement || document.querySelector(".pad, dialog") !== null;
    if (!isTyping && this.parts[0] !== "code") await this.show();
  }

  /** Show how it stands with the network. */
  showLine() {
    this.#head.querySelector(".offline")?.toggleAttribute("hidden", this.isOnline);
  }

  /**
   * Let the reading aid say something.
   * @param {string} text
   */
  announce(text) {
    this.#said.textContent = "";
    // Two turns, so that the same words are said again.
    setTimeout(() => (this.#said.textContent = text), 50);
  }

  /**
   * Tell something in passing, at the foot of the page.
   * @param {string} text
   */
  note(text) {
    clearTimeout(this.#noteTimer);
    refill(this.#note, h("p", {}, text));
    this.announce(text);
    this.#noteTimer = setTimeout(() => refill(this.#note), NOTE_MILLISECONDS);
  }

  /** Tell no more what was told in passing: something else matters now. */
  hush() {
    clearTimeout(this.#noteTimer);
    refill(this.#note);
  }

  /** Empty this browser's wallet, and begin anew. */
  async signOut() {
    // Our own end is not to be taken for somebody else's: the page goes when everything has gone.
    this.isLeaving = true;
    await this.wallet.signOut();
    location.replace(new URL("./", location.href));
  }

  /**
   * Tell what went wrong, above the screen and where reading aids hear it.
   * @param {unknown} error
   * @param {HTMLInputElement} [field] that it is about
   */
  complain(error, field) {
    if (error instanceof Cancelled) return;
    const { text, requestId } = told(error);
    const number = requestId ? h("p", { class: "quiet" }, say("request_id", { id: requestId })) : null;
    const link = field
      ? h("p", {}, h("button", { type: "button", class: "link", onclick: () => field.focus() }, say("to_the_field")))
      : null;
    refill(this.#notice, h("div", { class: "message bad", role: "alert", id: "problem" }, icon("warning"), h("div", {}, h("p", {}, text), number, link)));
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", "problem");
      field.focus();
    }
    this.#notice.scrollIntoView({ block: "nearest" });
  }

  /**
   * Do something that takes a moment: the button waits, and what goes wrong is told.
   * @param {HTMLButtonElement | null} button
   * @param {() => Promise<unknown>} work
   * @param {HTMLInputElement} [field] that a problem is about
   */
  async act(button, work, field) {
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    refill(this.#notice);
    for (const each of this.page.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
    try {
      await work();
    } catch (error) {
      // An error that knows its field names the one that is wrong among several.
      const wrong = error instanceof Error && "field" in error ? error.field : field;
      this.complain(error, wrong instanceof HTMLInputElement ? wrong : undefined);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  /**
   * Do what needs the PIN, asking for it as often as it was wrong. Raises Cancelled, and whatever else the call raises.
   * @template T
   * @param {() => Promise<T>} call
   * @param {string} why what the PIN is for
   * @returns {Promise<T>}
   */
  async confirmed(call, why) {
    for (let problem = ""; ; ) {
      try {
        return await call();
      } catch (error) {
        const code = codeOf(error);
        if (code !== "pin_needed" && code !== "pin_wrong") throw error;
        if (code === "pin_wrong") {
          this.wallet.pins.forget();
          problem = told(error).text;
        }
        if (!(await askPin(this, { why, problem }))) throw new Cancelled();
      }
    }
  }

  /**
   * Ask in a window of its own; false for no, and for whoever closes it.
   * @param {{title: string, text: string[], yes: string, no?: string, isDanger?: boolean}} question
   * @returns {Promise<boolean>}
   */
  ask({ title, text, yes, no = say("cancel"), isDanger = false }) {
    return new Promise((resolve) => {
      const close = h("button", { type: "button", class: "plain", onclick: () => dialog.close("") }, no);
      const agree = h("button", { type: "button", class: isDanger ? "danger" : "primary", onclick: () => dialog.close("yes") }, yes);
      const body = [h("h2", { id: "question" }, title), ...text.map((each) => h("p", {}, each)), h("div", { class: "actions" }, agree, close)];
      const dialog = this.open(h("div", { class: "sheet" }, body), { labelledBy: "question", onClose: (answer) => resolve(answer === "yes") });
      close.focus();
    });
  }

  /**
   * Open a window above everything; it is removed when it closes.
   * @param {HTMLElement} content
   * @param {{labelledBy: string, kind?: string, onClose?: (answer: string) => void}} how
   */
  open(content, { labelledBy, kind = "", onClose = () => {} }) {
    const before = document.activeElement;
    const dialog = h("dialog", { "aria-labelledby": labelledBy, class: kind }, content);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      onClose(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  /**
   * Make a screen; one that cannot be made says why.
   * @param {string} name
   * @param {string[]} parts
   * @returns {Promise<Screen | null>}
   */
  async #made(name, parts) {
    try {
      return await this.screens[name](this, parts);
    } catch (error) {
      const { text, requestId } = told(error);
      const number = requestId ? h("p", { class: "quiet" }, say("request_id", { id: requestId })) : null;
      return { title: say("problem_title"), back: "more", body: [h("p", { class: "bad", role: "alert" }, text), number] };
    }
  }

  /**
   * @param {string} name
   * @param {Screen} screen
   */
  #dress(name, { title, body, back = null, isBare = false, kind = "", focus = null }) {
    const heading = h("h1", { tabindex: "-1" }, title);
    const arrow = back === null ? null : h("a", { class: "back", href: `#/${back}` }, icon("back"), h("span", {}, say("back")));
    const badge = h("p", { class: "badge offline", hidden: this.isOnline }, icon("offline"), h("span", {}, say("offline")));
    refill(this.#head, arrow, h("span", { class: "name" }, this.#name), badge);
    this.page.className = kind;
    refill(this.page, heading, this.#notice, ...body);
    this.page.dataset.screen = name;
    this.page.dataset.state = this.wallet.isEnrolled ? "enrolled" : "new";
    document.title = `${title} – ${this.#name}`;
    this.#nav.toggleAttribute("hidden", isBare || !["ready", "pin_locked", "halted", "stopped"].includes(this.standing));
    refill(this.#nav, TABS.map(([path, drawing, word]) => tab(path, drawing, word, path === name)));
    this.#nav.setAttribute("aria-label", say("main_parts"));
    scrollTo(0, 0);
    (focus ?? heading).focus({ preventScroll: focus === null });
  }
}

/**
 * @param {string} path
 * @param {IconName} drawing
 * @param {Word} word
 * @param {boolean} isHere
 */
function tab(path, drawing, word, isHere) {
  return h("a", { href: `#/${path}`, "aria-current": isHere ? "page" : null }, icon(drawing), h("span", {}, say(word)));
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
