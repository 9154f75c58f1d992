// The code on the screen: black on white, never half refreshed, gone with the PIN or when nobody looks.

import { h, refill, svg } from "./dom.js";
import { money } from "./figures.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { meansName } from "./means.js";
import { Purpose } from "../claims.js";
import { SIDE, pathOf } from "../symbol.js";
import { REDRAW_SECONDS } from "../wallet.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Screen} Screen */

const LOOK_MILLISECONDS = 250;

/**
 * @param {Frame} frame
 * @returns {Promise<Screen | null>}
 */
export async function code(frame) {
  const { wallet, wish } = frame;
  const isReturn = wish.purpose === Purpose.RETURN;
  if (wallet.pins.kPin === null) {
    void frame.replace("home");
    return null;
  }
  /** @type {import("../wallet.js").Code} */
  let shown;
  try {
    shown = await wallet.makeCode(wish);
  } catch (error) {
    await frame.replace("home");
    frame.complain(error);
    return null;
  }
  let drawing = drawn(shown.text);
  const ring = timer();
  const place = h("div", { class: "symbol" }, drawing);
  const fresh = h("button", { type: "button", class: "plain", onclick: () => void redraw() }, say("new_code"));
  const done = h("button", { type: "button", class: "primary", onclick: () => void frame.replace("home") }, say("done"));
  let isDrawing = false;
  let isOver = false;

  async function redraw() {
    if (isDrawing || isOver) return;
    isDrawing = true;
    try {
      const next = await wallet.makeCode(wish);
      if (isOver) return;
      shown = next;
      // Made whole before it is shown, and shown together with its time.
      drawing = drawn(shown.text);
      refill(place, drawing);
      ring.show(REDRAW_SECONDS, 1);
    } catch (error) {
      if (isOver) return;
      await frame.replace("home");
      frame.complain(error);
    } finally {
      isDrawing = false;
    }
  }

  const ticking = setInterval(() => {
    const left = (shown.redrawAt - Date.now()) / 1000;
    if (left <= 0) return void redraw();
    ring.show(Math.ceil(left), left / REDRAW_SECONDS);
  }, LOOK_MILLISECONDS);
  const gone = () => {
    if (isOver) return;
    // At once: what stands in the page may be looked at by somebody else.
    refill(place);
    void frame.replace("home");
    frame.note(say("code_gone"));
  };
  wallet.pins.addEventListener("end", gone);
  wallet.watch(true);
  const awake = stayAwake();
  ring.show(REDRAW_SECONDS, 1);

  function leave() {
    isOver = true;
    clearInterval(ticking);
    wallet.pins.removeEventListener("end", gone);
    wallet.watch(false);
    refill(place);
    // What was wished was for this code.
    frame.wish = { instrument: wish.instrument };
    void awake.then((lock) => lock?.release());
  }

  return {
    title: say(isReturn ? "return_title" : "code_title"),
    isBare: true,
    kind: "code",
    focus: done,
    leave,
    body: [
      wish.isTraining ? h("p", { class: "ribbon" }, say("training")) : null,
      place,
      ring.element,
      h("p", { class: "with" }, isReturn ? say("return_text") : await wishedWords(frame)),
      h("p", { class: "quiet" }, icon("sun"), h("span", {}, say("brightness"))),
      h("div", { class: "actions" }, done, fresh),
    ],
  };
}

/** @param {string} text */
function drawn(text) {
  const box = `0 0 ${SIDE} ${SIDE}`;
  const white = svg("rect", { width: SIDE, height: SIDE, fill: "#fff" });
  const black = svg("path", { d: pathOf(text), fill: "#000" });
  return svg("svg", { viewBox: box, "shape-rendering": "crispEdges", role: "img", "aria-label": say("code_image") }, white, black);
}

/** The ring with the seconds that are left; reading aids are not told every one of them. */
function timer() {
  const life = svg("circle", { cx: 24, cy: 24, r: 20, pathLength: 100, class: "life", "stroke-dasharray": 100 });
  const track = svg("circle", { cx: 24, cy: 24, r: 20, class: "track" });
  const drawing = svg("svg", { viewBox: "0 0 48 48", "aria-hidden": "true", class: "ring" }, track, life);
  const seconds = h("span", { class: "seconds" });
  return {
    element: h("p", { class: "timer", role: "timer", "aria-live": "off" }, drawing, seconds),
    /** @param {number} left seconds @param {number} share of its life */
    show(left, share) {
      life.setAttribute("stroke-dashoffset", String(100 * (1 - share)));
      const words = say("code_seconds", { count: left });
      if (seconds.textContent !== words) seconds.textContent = words;
    },
  };
}

/** @param {Frame} frame */
async function wishedWords(frame) {
  const means = await frame.wallet.keptInstruments();
  const { instrument, fallback, cap, tillId } = frame.wish;
  const currency = frame.state?.limits.currency ?? "CHF";
  /** @param {number | undefined} handle */
  const name = (handle) => means.find((each) => each.handle === handle);
  const [first, second] = [name(instrument), name(fallback)];
  return [
    first ? meansName(first) : "",
    second ? say("code_second", { name: meansName(second) }) : "",
    cap ? say("code_cap", { amount: money(cap, currency) }) : "",
    tillId ? say("code_till") : "",
  ].filter(Boolean).join(" · ");
}

/** Ask that the screen does not go dark; null where the browser cannot. */
async function stayAwake() {
  try {
    return (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    return null;
  }
}
