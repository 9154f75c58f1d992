// What can go wrong in the wallet, each with a stable code that the screens turn into words.

/** Something is wrong with a code, a key, a message or a document; carries no bytes of it, so that it may be shown. */
export class CodeError extends Error {
  /**
   * @param {string} code one of the stable reasons, such as `malformed`
   * @param {string} [detail] for developers
   */
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.name = "CodeError";
    this.code = code;
  }
}

/**
 * The wallet cannot do it as it is now. Codes: `not_supported` (detail says what the browser lacks), `keys_not_kept`
 * (the browser will not keep a key that nobody can read), `not_enrolled`, `enrolled_already`, `pin_needed`,
 * `pin_weak`, `no_code_key` (go online once), `counter_exhausted`, `counter_behind` (there is a copy of this phone),
 * `signed_out`, `storage_failed`.
 */
export class WalletError extends Error {
  /**
   * @param {string} code
   * @param {string} [detail]
   */
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.name = "WalletError";
    this.code = code;
    this.detail = detail;
  }
}

/** A document was not signed by the key that should have signed it, or is older than what the phone knows. */
export class NotGenuine extends Error {
  /** @param {string} detail */
  constructor(detail) {
    super(`not_genuine: ${detail}`);
    this.name = "NotGenuine";
    this.code = "not_genuine";
  }
}

/** No answer, or none that can be read: whether the call arrived is not known. */
export class NoAnswer extends Error {
  /** @param {string} detail */
  constructor(detail) {
    super(`no_answer: ${detail}`);
    this.name = "NoAnswer";
    this.code = "no_answer";
  }
}

/** The server understood, and said no. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {Record<string, unknown>} problem the RFC 9457 body
   * @param {number | null} retryAfterSeconds
   */
  constructor(status, problem, retryAfterSeconds = null) {
    const code = typeof problem.code === "string" ? problem.code : "";
    super(`${status} ${code}`);
    this.name = "Refused";
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
    this.triesLeft = typeof problem.tries_left === "number" ? problem.tries_left : null;
    this.requestId = typeof problem.request_id === "string" ? problem.request_id : "";
  }
}
