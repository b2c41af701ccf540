// Colours of the page as a script draws with them: resolved by the browser, in whichever scheme is chosen.
// @ts-check
const probe = document.createElement("i");
probe.hidden = true;
document.documentElement.append(probe);

/**
 * The colour that a name of the style sheet stands for now.
 * @param {string} name
 * @returns {string} as rgb(r, g, b)
 */
export function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** @param {string} rgb @returns {number[]} */
export const channels = (rgb) => (rgb.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);

/** A colour as it shows where something else is chosen: a third of it on the ground. @param {string} rgb @param {string} ground */
export function faded(rgb, ground) {
  const [over, under] = [channels(rgb), channels(ground)];
  return `rgb(${over.map((value, i) => Math.round(under[i] + 0.35 * (value - under[i]))).join(", ")})`;
}
