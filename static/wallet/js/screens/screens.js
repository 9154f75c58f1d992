// All screens by the first part of their address.

import { account, help, leave, look, more } from "./more.js";
import { activate, mailed, pending, register, welcome } from "./arriving.js";
import { code } from "./code.js";
import { devices, handover } from "./devices.js";
import { historyOf } from "./history.js";
import { home } from "./home.js";
import { limits } from "./limits.js";
import { linked, means } from "./means.js";
import { paymentOf } from "./payment.js";
import { changePin, firstPin, forgotten } from "./pin_screens.js";

/** @type {Record<string, import("./frame.js").Maker>} */
export const SCREENS = {
  ...{ welcome, activate, register, mailed, pending, "first-pin": firstPin },
  ...{ home, code, history: historyOf, payment: paymentOf, means, linked },
  ...{ more, devices, handover, limits, pin: changePin, forgotten, look, help, account, leave },
};
