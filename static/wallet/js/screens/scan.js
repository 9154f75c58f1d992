// Reading a QR with the camera, where the browser can.

import { h } from "./dom.js";
import { say } from "./language.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {{detect: (source: HTMLVideoElement) => Promise<{rawValue: string}[]>}} Detector */

const LOOK_MILLISECONDS = 200;

/** Say whether this browser reads codes, and has a camera to ask for. */
export function canScan() {
  return "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * Show what the camera sees until it sees something that `find` finds something in; null for whoever closes it.
 * @param {Frame} frame
 * @param {(text: string) => string | null} find
 * @returns {Promise<string | null>}
 */
export async function scan(frame, find) {
  let camera;
  try {
    camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    frame.note(say("scan_no_camera"));
    return null;
  }
  const stream = camera;
  /** @type {Detector} */
  const detector = new /** @type {any} any: not in the types yet */ (globalThis).BarcodeDetector({ formats: ["qr_code"] });
  const video = h("video", { playsinline: true, muted: true, autoplay: true });
  video.muted = true;
  video.srcObject = stream;
  return new Promise((resolve) => {
    let found = /** @type {string | null} */ (null);
    const cancel = h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, say("cancel"));
    const content = h("div", { class: "full scan" }, h("h1", { id: "scan-title" }, say("scan_title")), video, h("p", {}, say("scan_help")), h("div", { class: "actions" }, cancel));
    const dialog = frame.open(content, {
      labelledBy: "scan-title",
      kind: "whole",
      onClose: () => {
        clearInterval(timer);
        for (const track of stream.getTracks()) track.stop();
        resolve(found);
      },
    });
    const timer = setInterval(() => void look(), LOOK_MILLISECONDS);

    async function look() {
      const seen = await detector.detect(video).catch(() => []);
      for (const { rawValue } of seen) found ??= find(rawValue);
      if (found !== null && dialog.open) dialog.close();
    }
  });
}
