// From the columns that the server sends to a graph that sigma draws: radius, halo, mark, width, colour.
// @ts-check
import { colour, faded } from "./palette.js";

/**
 * @typedef {{key: string[], kind: string[], label: string[], x: number[], y: number[], ignorance: (number | null)[], conflict: (number | null)[], belief: (number | null)[], probability_best: (number | null)[], df: (number | null)[]}} Nodes
 * @typedef {{start: number[], end: number[], kind: string[], weight: (number | null)[]}} Edges
 * @typedef {{nodes: Nodes, edges: Edges, path?: number[]}} Drawing
 */
const { Sigma, graphology } = /** @type {any} */ (window); // the libraries come as plain scripts
export const MANY = 1500; // above this many nodes everything is smaller, and lines hide while the graph moves
const TORN = 0.25; // from this conflict on a node is marked
export const PALETTE = Object.fromEntries(["hypothesis", "alloy", "keyword", "publication", "quiet", "unknown", "against", "line", "strong", "accent", "ink", "raised"].map((name) => [name, colour(name)]));
export const FADED = Object.fromEntries(Object.values(PALETTE).map((one) => [one, faded(one, PALETTE.raised)]));

// From the outside in: halo (what is unknown), mark (sources contradict each other), the node itself.
export const NodeWithHalo = Sigma.rendering.createNodeBorderProgram({
  borders: [
    { size: { attribute: "halo", defaultValue: 0, mode: "pixels" }, color: { attribute: "haloColor", defaultValue: "#0000" } },
    { size: { attribute: "ring", defaultValue: 0, mode: "pixels" }, color: { attribute: "ringColor", defaultValue: "#0000" } },
    { size: { fill: true }, color: { attribute: "color" } },
  ],
});

/** @param {string} kind @param {number | null} best @param {number | null} belief @param {number | null} df */
function radius(kind, best, belief, df) {
  if (kind === "hypothesis") return 6 + 9 * (best ?? belief ?? 0.1);
  return kind === "keyword" ? 4 + Math.min(5, Math.sqrt(df || 1) / 6) : 6;
}

/** @param {Drawing} drawing */
export function build({ nodes, edges }) {
  const graph = new graphology.UndirectedGraph();
  const total = nodes.key.length;
  const many = total > MANY;
  const scale = many ? 0.45 : 1;
  nodes.key.forEach((key, i) => {
    const kind = nodes.kind[i];
    const halo = scale * 10 * (nodes.ignorance[i] ?? 0);
    const ring = (nodes.conflict[i] ?? 0) >= TORN ? (many ? 1.5 : 3) : 0;
    const size = scale * radius(kind, nodes.probability_best[i], nodes.belief[i], nodes.df[i]) + halo + ring;
    graph.addNode(key, { x: nodes.x[i], y: nodes.y[i], size, halo, ring, haloColor: PALETTE.unknown, ringColor: PALETTE.against, color: PALETTE[kind] || PALETTE.quiet, label: nodes.label[i] });
  });
  const joined = new Set();
  edges.start.forEach((start, i) => {
    const end = edges.end[i];
    const pair = start < end ? start * total + end : end * total + start;
    if (joined.has(pair)) return; // a second line would lie on the first
    joined.add(pair);
    const weak = edges.kind[i] === "occurs with";
    const belief = nodes.belief[start] ?? nodes.belief[end] ?? 0.2;
    const size = many ? 0.5 : weak ? 0.7 + 0.3 * Math.min(4, Math.log1p(edges.weight[i] ?? 1)) : 1 + 4 * belief;
    graph.addEdge(nodes.key[start], nodes.key[end], { size, color: weak ? PALETTE.line : PALETTE.unknown });
  });
  return graph;
}

const LONGEST = 46; // letters of a name beside its node; the drawer has all of it

/**
 * Where a name is written: right of its node, or above it where it would run over the edge.
 * @param {CanvasRenderingContext2D} context @param {any} data @param {number} width
 */
function beside(context, data, width) {
  const edge = context.canvas.clientWidth || context.canvas.width;
  const right = data.x + data.size + 4;
  return right + width <= edge || width + 8 > edge ? { x: right, y: data.y } : { x: edge - width - 4, y: data.y - data.size - 12 };
}

/** @param {CanvasRenderingContext2D} context @param {any} data @param {any} settings */
export function drawName(context, data, settings) {
  if (!data.label) return;
  const text = data.label.length > LONGEST ? `${data.label.slice(0, LONGEST - 1)}…` : data.label;
  context.font = `${settings.labelSize}px ${settings.labelFont}`;
  context.fillStyle = PALETTE.ink;
  const at = beside(context, data, context.measureText(text).width);
  context.fillText(text, at.x, at.y + settings.labelSize / 3);
}

/** @param {CanvasRenderingContext2D} context @param {any} data @param {any} settings */
export function drawHover(context, data, settings) {
  if (!data.label) return;
  context.font = `${settings.labelSize}px ${settings.labelFont}`;
  const width = context.measureText(data.label).width;
  const at = beside(context, data, width + 10);
  context.fillStyle = PALETTE.raised;
  context.strokeStyle = PALETTE.strong;
  context.beginPath();
  context.roundRect(at.x - 3, at.y - 11, width + 10, 22, 5);
  context.fill();
  context.stroke();
  context.fillStyle = PALETTE.ink;
  context.fillText(data.label, at.x + 2, at.y + 4);
}

/** @param {any} sigma */
export function picture(sigma) {
  const { width, height } = sigma.getDimensions();
  const sheet = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
  const context = sheet.getContext("2d");
  if (!context) return;
  context.fillStyle = PALETTE.raised;
  context.fillRect(0, 0, sheet.width, sheet.height);
  sigma.refresh();  // the layers are empty after a frame is shown, so draw them now
  for (const layer of Object.values(sigma.getCanvases())) context.drawImage(layer, 0, 0, sheet.width, sheet.height);
  const link = Object.assign(document.createElement("a"), { download: "hypograph.png", href: sheet.toDataURL("image/png") });
  link.click();
}
