// What went wrong, in words for people: what happened, and what to do now.

import { sayIfKnown, say } from "./language.js";

/** Somebody thought better of it: nothing to tell. */
export class Cancelled extends Error {}

/**
 * Return the code of an error, such as `pin_wrong`; `unexpected` for what is none of ours.
 * @param {unknown} error
 */
export function codeOf(error) {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" && code !== "" ? code : "unexpected";
}

/**
 * Return the tries that a wrong PIN left, or null.
 * @param {unknown} error
 */
export function triesLeftOf(error) {
  const left = error instanceof Error && "triesLeft" in error ? error.triesLeft : null;
  return typeof left === "number" ? left : null;
}

/**
 * Return what to tell, and the request id to name to the service, if the server gave one.
 * @param {unknown} error
 * @returns {{text: string, requestId: string}}
 */
export function told(error) {
  const code = codeOf(error);
  const requestId = error instanceof Error && "requestId" in error ? String(error.requestId) : "";
  const detail = error instanceof Error && "detail" in error ? String(error.detail) : "";
  const tries = triesLeftOf(error);
  if (code === "pin_wrong" && tries !== null) return { text: say("pin_wrong_left", { count: tries }), requestId: "" };
  const known = sayIfKnown(`problem_${code}_${detail}`) ?? sayIfKnown(`problem_${code}`);
  if (known !== null) return { text: known, requestId: "" };
  return { text: say(requestId ? "problem_refused" : "problem_unexpected"), requestId };
}
