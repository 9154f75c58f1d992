// The published vectors as node reads them.

import { readFileSync } from "node:fs";

import { knownFrom } from "./known.js";

export const known = knownFrom(
  JSON.parse(readFileSync(new URL("../vectors/payment-code-v1.json", import.meta.url), "utf8")),
);
