// The icons: lines in a square of 24. There is always a word beside them.

import { svg } from "./dom.js";

const LINES = {
  pay: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM14 19v1M19 14h1",
  history: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  means: "M3 6h18v12H3zM3 10h18M7 15h3",
  more: "M4 7h16M4 12h16M4 17h16",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  check: "M4 13l5 5L20 6",
  cross: "M6 6l12 12M18 6L6 18",
  offline: "M2 2l20 20M5 12.5a10 10 0 0 1 3-2M2 9a15 15 0 0 1 4-2.5M11 5a15 15 0 0 1 11 4M8.5 16a5 5 0 0 1 7 0M12 20h.01",
  erase: "M9 5h12v14H9l-6-7zM12 9l6 6M18 9l-6 6",
  phone: "M7 2h10v20H7zM11 18h2",
  shield: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM8 12l3 3 5-6",
  warning: "M12 3l10 18H2zM12 10v5M12 18h.01",
  question: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9.5a3 3 0 1 1 4 2.8c-.7.3-1 .8-1 1.7M12 17h.01",
  camera: "M3 7h4l2-3h6l2 3h4v13H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  refund: "M9 6L4 11l5 5M4 11h11a5 5 0 0 1 0 10h-3",
  lock: "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4",
  share: "M12 15V3M7 8l5-5 5 5M5 13v8h14v-8",
  file: "M6 2h8l5 5v15H6zM14 2v5h5M12 11v7M9 15l3 3 3-3",
  sun: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 1v2M12 21v2M1 12h2M21 12h2M4 4l2 2M18 18l2 2M20 4l-2 2M6 18l-2 2",
  wait: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2",
};

/** @typedef {keyof typeof LINES} IconName */

/**
 * Draw an icon, for eyes only.
 * @param {IconName} name
 */
export function icon(name) {
  const line = svg("path", { d: LINES[name] });
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, line);
}
