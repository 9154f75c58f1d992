// Three short sounds, made and not played from a file, each with its own shake of the phone.

import { chosen, remember } from "./choices.js";

/** @type {Record<Sound, {tones: [number, number][], shake: number[]}>} Hertz, and when in seconds */
const SOUNDS = {
  paid: { tones: [[784, 0], [1175, 0.13]], shake: [80] },
  declined: { tones: [[294, 0], [220, 0.2]], shake: [60, 80, 60, 80, 60] },
  asked: { tones: [[659, 0], [659, 0.2]], shake: [120, 80, 120] },
};
/** @typedef {"paid" | "declined" | "asked"} Sound */

/** @type {AudioContext | null} */
let audio = null;

/** Let the browser know that sounds are wanted: it asks for a touch before the first one. */
export function prepareSounds() {
  addEventListener("pointerdown", wake, { once: true });
  addEventListener("keydown", wake, { once: true });
}

/** Say whether sounds are off. */
export function isSilent() {
  return chosen("silent") !== null;
}

/**
 * Switch the sounds off or on.
 * @param {boolean} wanted
 */
export function beSilent(wanted) {
  remember("silent", wanted ? "yes" : null);
}

/**
 * Sound and shake; nothing where the browser cannot.
 * @param {Sound} name
 */
export function sound(name) {
  const { tones, shake } = SOUNDS[name];
  if (isSilent()) return;
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(shake);
  if (audio?.state === "running") for (const tone of tones) play(audio, tone);
}

function wake() {
  audio ??= globalThis.AudioContext ? new AudioContext() : null;
  void audio?.resume();
}

/**
 * @param {AudioContext} context
 * @param {[number, number]} tone
 */
function play(context, [hertz, after]) {
  const [at, end] = [context.currentTime + after, context.currentTime + after + 0.25];
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hertz;
  // Faded in and out: a tone that is cut off clicks.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
  volume.gain.linearRampToValueAtTime(0, end);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(end);
}
