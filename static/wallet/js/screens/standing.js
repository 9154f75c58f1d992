// How it stands with this phone, and which screens there are for it.

/** @typedef {import("../api.js").OwnDevice} OwnDevice */
/** @typedef {"new" | "pending" | "no_pin" | "pin_locked" | "halted" | "stopped" | "ready"} Standing */
/**
 * @typedef {object} Known
 * @property {boolean} isEnrolled
 * @property {OwnDevice | null} state at the last contact
 * @property {string | null} halted why it makes no codes any more
 * @property {string | null} stopped with which word the server let it in no more
 * @property {boolean} isWaiting it was told to wait when it was enrolled
 */

// Open whatever happens.
const ALWAYS = ["help", "look", "leave"];
/** @type {Partial<Record<Standing, string[]>>} */
const OPEN = {
  new: ["welcome", "activate", "register", "mailed", "help", "look"],
  pending: ["pending", ...ALWAYS],
  no_pin: ["first-pin", ...ALWAYS],
};
const ONLY_BEFORE = ["welcome", "activate", "register", "mailed", "pending", "first-pin"];

/**
 * Return how it stands.
 * @param {Known} known
 * @returns {Standing}
 */
export function standingOf({ isEnrolled, state, halted, stopped, isWaiting }) {
  if (!isEnrolled) return "new";
  if (halted !== null) return "halted";
  if (stopped !== null) return "stopped";
  if (state === null) return isWaiting ? "pending" : "no_pin";
  if (state.status === "pending") return "pending";
  if (state.status !== "active") return "stopped";
  if (state.pin.state === "none") return "no_pin";
  return state.pin.state === "locked" ? "pin_locked" : "ready";
}

/**
 * Return the screen to show to whoever wants this one.
 * @param {Standing} standing
 * @param {string} wanted the first part of the path
 */
export function admitted(standing, wanted) {
  const open = OPEN[standing];
  if (open) return open.includes(wanted) ? wanted : open[0];
  return ONLY_BEFORE.includes(wanted) ? "home" : wanted;
}
