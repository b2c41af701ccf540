// The map as a picture: shapes by kind, colours by community, lines, and names that keep clear of each other.
// Drawn on a plain canvas: it needs no WebGL, and tens of thousands of papers take some milliseconds.
// @ts-check
import { colour } from "./palette.js";

export const HUES = 12;
const KEYWORD = 0, PAPER = 1, ALLOY = 2, HYPOTHESIS = 3;
const MOST_NAMES = 90;

/**
 * @typedef {{version: string, grid: number, kinds: string[], groups: string[], kind: number[], group: number[], x: number[], y: number[], use: number[], first: number[], last: number[], named: Record<string, [string, string]>, lines: number[]}} Drawn
 * @typedef {{x: number, y: number, scale: number}} View
 * @typedef {{left: number, right: number, top: number, bottom: number}} Box
 */

/** Colours in the scheme that is chosen now. */
export function colours() {
  const hues = Array.from({ length: HUES }, (_, i) => colour(`hue-${i}`));
  return { hues, ground: colour("raised"), ink: colour("ink"), quiet: colour("quiet"), line: colour("strong"), accent: colour("accent") };
}

/** @param {Drawn} data @param {number} i */
export function radius(data, i) {
  const kind = data.kind[i];
  if (kind === KEYWORD) return 3 + Math.min(11, 0.9 * Math.sqrt(data.use[i]));
  if (kind === HYPOTHESIS) return 5 + data.use[i] / 20;
  return kind === ALLOY ? 3.5 + data.use[i] / 5 : 1.6 + Math.min(3, Math.log10(1 + data.use[i]));
}

/** How much larger things are drawn the closer one looks. @param {number} scale @param {number} fit */
export const magnified = (scale, fit) => Math.min(2.6, Math.max(0.55, Math.sqrt(scale / fit) * 0.8));

/**
 * Draw everything but names.
 * @param {CanvasRenderingContext2D} to @param {Drawn} data @param {View} view
 * @param {{width: number, height: number, fit: number, seen: Uint8Array, order: number[][], lit: Set<number> | null, chosen: number, paint: ReturnType<typeof colours>, near: number[]}} about
 */
export function draw(to, data, view, { width, height, fit, seen, order, lit, chosen, paint, near }) {
  const big = magnified(view.scale, fit);
  const across = (/** @type {number} */ i) => (data.x[i] - view.x) * view.scale + width / 2;
  const down = (/** @type {number} */ i) => (data.y[i] - view.y) * view.scale + height / 2;
  to.fillStyle = paint.ground;
  to.fillRect(0, 0, width, height);
  to.lineWidth = 1;
  to.strokeStyle = paint.line;
  to.globalAlpha = lit ? 0.06 : 0.2;
  to.beginPath();
  for (let k = 0; k < data.lines.length; k += 2) {
    const a = data.lines[k], b = data.lines[k + 1];
    if (!seen[a] || !seen[b]) continue;
    const ax = across(a), ay = down(a), bx = across(b), by = down(b);
    if (Math.max(ax, bx) < 0 || Math.min(ax, bx) > width || Math.max(ay, by) < 0 || Math.min(ay, by) > height) continue;
    to.moveTo(ax, ay);
    to.lineTo(bx, by);
  }
  to.stroke();
  for (const rows of order) {
    if (!rows.length) continue;
    const kind = data.kind[rows[0]];
    to.fillStyle = paint.hues[data.group[rows[0]] % HUES];
    for (const bright of lit ? [false, true] : [true]) {
      // From afar many papers lie over each other: paler, so that keywords and names stand out.
      to.globalAlpha = bright ? (kind === PAPER ? (big < 1 && data.kind.length > 4000 ? 0.34 : 0.62) : 0.95) : 0.13;
      to.beginPath();
      for (const i of rows) {
        if (!seen[i] || (lit && lit.has(i) !== bright)) continue;
        const x = across(i), y = down(i);
        if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
        const r = Math.max(0.6, radius(data, i) * big * (kind === PAPER ? 0.8 : 1));
        if (kind === KEYWORD) { to.moveTo(x + r, y); to.arc(x, y, r, 0, 7); }
        else if (kind === PAPER) to.rect(x - r, y - r, 2 * r, 2 * r);
        else if (kind === ALLOY) { to.moveTo(x, y - r); to.lineTo(x + r, y); to.lineTo(x, y + r); to.lineTo(x - r, y); to.closePath(); }
        else { to.moveTo(x, y - r); to.lineTo(x + r, y + 0.8 * r); to.lineTo(x - r, y + 0.8 * r); to.closePath(); }
      }
      to.fill();
    }
  }
  to.globalAlpha = 1;
  if (chosen < 0) return;
  // Lead lines: from what is chosen to what it rests on, and what rests on it.
  to.strokeStyle = paint.accent;
  to.lineWidth = 1.4;
  to.globalAlpha = 0.7;
  to.beginPath();
  for (const i of near) {
    if (!seen[i]) continue;
    to.moveTo(across(chosen), down(chosen));
    to.lineTo(across(i), down(i));
  }
  to.stroke();
  to.globalAlpha = 1;
  to.lineWidth = 2.5;
  to.beginPath();
  to.arc(across(chosen), down(chosen), radius(data, chosen) * big + 4, 0, 7);
  to.stroke();
}

/** @param {Box[]} taken @param {Box} box */
const free = (taken, box) => !taken.some((t) => box.left < t.right && box.right > t.left && box.top < t.bottom && box.bottom > t.top);

/**
 * Write names where there is room: the most used first, right of what they name, else left, above or below it.
 * @param {CanvasRenderingContext2D} to @param {Drawn} data @param {View} view
 * @param {{width: number, height: number, fit: number, seen: Uint8Array, ranked: number[], lit: Set<number> | null, chosen: number, paint: ReturnType<typeof colours>, name: (i: number) => string | undefined, middles: {x: number, y: number, size: number}[]}} about
 * @returns {Box[]} the places that names took
 */
export function names(to, data, view, { width, height, fit, seen, ranked, lit, chosen, paint, name, middles }) {
  const big = magnified(view.scale, fit);
  /** @type {Box[]} */
  const taken = [];
  to.textBaseline = "middle";
  to.lineJoin = "round";
  const write = (/** @type {string} */ text, /** @type {number} */ left, /** @type {number} */ y, /** @type {string} */ ink) => {
    to.strokeStyle = paint.ground;
    to.lineWidth = 4;
    to.strokeText(text, left, y);
    to.fillStyle = ink;
    to.fillText(text, left, y);
  };
  if (!lit && view.scale < 2.2 * fit) {
    to.font = "650 13px system-ui, sans-serif";
    middles.forEach(({ x, y, size }, group) => {
      if (!size) return;
      const [sx, sy] = [(x - view.x) * view.scale + width / 2, (y - view.y) * view.scale + height / 2];
      const words = data.groups[group].split(" · ");
      for (const text of [words.join(" · "), words.slice(0, 2).join(" · "), words[0]]) {
        const half = to.measureText(text).width / 2;
        const box = { left: sx - half - 6, right: sx + half + 6, top: sy - 10, bottom: sy + 10 };
        if (box.left < 4 || box.right > width - 4 || box.top < 4 || box.bottom > height - 4 || !free(taken, box)) continue;
        taken.push(box);
        write(text, sx - half, sy, paint.hues[group % HUES]);
        return;
      }
    });
  }
  const first = lit ? [...(chosen < 0 ? [] : [chosen]), ...ranked.filter((i) => lit.has(i) && i !== chosen)] : ranked;
  let written = 0;
  for (const i of first) {
    if (written >= MOST_NAMES) break;
    if (!seen[i]) continue;
    const text = name(i);
    if (!text) continue;
    const x = (data.x[i] - view.x) * view.scale + width / 2;
    const y = (data.y[i] - view.y) * view.scale + height / 2;
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const r = radius(data, i) * big + 4;
    to.font = `${i === chosen ? "650 " : ""}${data.kind[i] === KEYWORD && data.use[i] > 60 ? 13 : 12}px system-ui, sans-serif`;
    const shown = text.length > 42 && i !== chosen ? `${text.slice(0, 41)}…` : text;
    const wide = to.measureText(shown).width;
    for (const [left, middle] of [[x + r, y], [x - r - wide, y], [x - wide / 2, y - r - 7], [x - wide / 2, y + r + 7]]) {
      const box = { left: left - 3, right: left + wide + 3, top: middle - 8, bottom: middle + 8 };
      if (box.left < 2 || box.right > width - 2 || box.top < 2 || box.bottom > height - 2 || !free(taken, box)) continue;
      taken.push(box);
      write(shown, left, middle, i === chosen ? paint.accent : paint.ink);
      written += 1;
      break;
    }
  }
  return taken;
}
