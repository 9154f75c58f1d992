import test from "node:test";

import { known } from "./file.js";
import { promisesOf } from "./promises.js";

for (const [sentence, check] of promisesOf(known)) {
  test(sentence, check);
}
