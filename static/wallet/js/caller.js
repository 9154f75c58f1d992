// One JSON call to our own server.

import { NoAnswer, Refused } from "./errors.js";

const TIMEOUT_MILLISECONDS = 15_000;

/** @typedef {{method: string, fields?: Record<string, unknown>, token?: string | null}} Call */

/**
 * Return the body of a 2xx; raise Refused for a no, and NoAnswer when the connection fails or what comes is not JSON.
 *
 * No cookie goes along, nothing is cached, and no redirection is followed: a token goes where it was meant to go.
 * @param {string} url
 * @param {Call} call
 * @returns {Promise<any>} any: the answer as it comes
 */
export async function callJson(url, call) {
  return objectOf(await (await answerTo(url, call)).text());
}

/**
 * Return the body of a 2xx as a file; otherwise like `callJson`.
 * @param {string} url
 * @param {Call} call
 * @returns {Promise<Blob>}
 */
export async function callFile(url, call) {
  return answerTo(url, call);
}

/**
 * @param {string} url
 * @param {Call} call
 * @returns {Promise<Blob>} the body of a 2xx
 */
async function answerTo(url, { method, fields, token = null }) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json, */*;q=0.5" };
  if (fields !== undefined) headers["Content-Type"] = "application/json";
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  let response, body;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: fields === undefined ? undefined : JSON.stringify(fields),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    body = await response.blob();
  } catch (error) {
    throw new NoAnswer(error instanceof Error ? error.name : "failed");
  }
  if (response.ok) return body;
  const problem = objectOf(await body.text());
  // A proxy in between answers in its own words: that is no answer of ours.
  if (typeof problem.code !== "string") throw new NoAnswer(`status ${response.status}`);
  const wait = Number(response.headers.get("Retry-After"));
  throw new Refused(response.status, problem, Number.isFinite(wait) && wait > 0 ? wait : null);
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function objectOf(text) {
  if (text === "") return {};
  try {
    const found = JSON.parse(text);
    if (found !== null && typeof found === "object" && !Array.isArray(found)) return found;
  } catch {
    // Not JSON: told below.
  }
  throw new NoAnswer("not a JSON object");
}
