"use strict";
// The graph of hypotheses: places come from the server, the drawer is filled with text nodes only.
const box = document.getElementById("graph");
const drawer = document.getElementById("drawer");
const styles = getComputedStyle(document.documentElement);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const MANY = 1500;  // above this many nodes halos are left out and lines hide while the graph moves

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function figure(value) {
  return typeof value === "number" ? value.toFixed(2) : "–";
}

function address(node) {
  if (node.kind === "hypothesis") return `/hypotheses/${encodeURIComponent(node.id)}`;
  if (node.kind === "keyword") return `/keywords/${encodeURIComponent(node.id)}`;
  if (node.kind === "alloy") return `/alloys/${encodeURIComponent(node.id)}`;
  return node.doi ? `https://doi.org/${encodeURIComponent(node.doi)}` : null;
}

function linked(nodes) {
  const list = element("ul", undefined, { class: "plain" });
  for (const node of nodes) {
    const item = element("li");
    const target = address(node);
    item.append(target ? element("a", node.label, { href: target }) : node.label);
    list.append(item);
  }
  return list;
}

function masses(evidence) {
  const rows = element("ul", undefined, { class: "plain" });
  for (const { e, kind } of evidence.slice(0, 6)) {
    const item = element("li");
    item.append(element("strong", kind === "SUPPORTS" ? "supports" : "refutes"), ` ${e.source ?? ""}: for ${figure(e.m_for)} → ${figure(e.d_for)}, against ${figure(e.m_against)} → ${figure(e.d_against)}, unknown ${figure(e.m_unknown)} → ${figure(e.d_unknown)}`);
    if (e.doi) item.append(" ", element("a", e.doi, { href: `https://doi.org/${encodeURIComponent(e.doi)}`, rel: "noreferrer" }));
    if (e.passage) item.append(element("blockquote", e.passage));
    if (e.answer) item.append(element("blockquote", `${e.model ?? "model"}: ${e.answer}`));
    rows.append(item);
  }
  return rows;
}

async function restsOn(node) {
  if (node.kind !== "hypothesis" && node.kind !== "alloy") return [];
  const answer = await fetch(`/api/v1/${node.kind === "alloy" ? "alloys" : "hypotheses"}/${encodeURIComponent(node.id)}`);
  if (!answer.ok) return [];
  const { evidence = [], passages = [] } = await answer.json();
  const parts = [];
  if (evidence.length) parts.push(element("h3", "Evidence, mass before → after discounting"), masses(evidence));
  if (passages.length) {
    parts.push(element("h3", "Passages"));
    for (const p of passages.slice(0, 5)) {
      const quoted = element("blockquote", p.passage || "");
      quoted.append(" ", p.doi ? element("a", p.title || p.doi, { href: `https://doi.org/${encodeURIComponent(p.doi)}`, rel: "noreferrer" }) : element("span", p.title || ""));
      parts.push(quoted);
    }
  }
  return parts;
}

let told = 0;
async function tell(key, start) {
  const mine = ++told;
  const answer = await fetch(`/api/v1/graph/node?key=${encodeURIComponent(key)}`);
  if (!answer.ok || mine !== told) return;
  const { node, near } = await answer.json();
  drawer.replaceChildren(element("h2", node.label), element("p", node.theme || node.kind, { class: "quiet" }));
  const facts = element("dl");
  const names = { probability_best: "probability of being best", belief: "belief", plausibility: "plausibility", ignorance: "unknown", conflict: "conflict", potential: "potential", novelty: "novelty", pignistic: "probability of a single phase", df: "papers" };
  for (const [name, text] of Object.entries(names)) {
    if (typeof node[name] === "number") facts.append(element("dt", text, { class: "quiet" }), element("dd", name === "df" ? String(node[name]) : figure(node[name])));
  }
  drawer.append(facts);
  const ways = element("p", undefined, { class: "links" });
  const link = address(node);
  if (link) ways.append(element("a", node.kind === "hypothesis" ? "Evidence, comparisons and tree" : "More about it", { href: link }));
  ways.append(element("a", "What is near", { href: `/graph?focus=${encodeURIComponent(key)}&hops=1&node=${encodeURIComponent(key)}` }));
  const path = element("button", start === key ? "Now choose the other end" : "Path from here", { type: "button", id: "path" });
  path.addEventListener("click", () => { state("from", key); path.textContent = "Now choose the other end"; });
  ways.append(path);
  drawer.append(ways);
  const rests = await restsOn(node);
  if (mine !== told) return;
  drawer.append(...rests);
  if (near.length) drawer.append(element("h3", "Linked to"), linked(near.slice(0, 20)));
}

function state(name, value) {
  const url = new URL(location.href);
  if (value === null) url.searchParams.delete(name); else url.searchParams.set(name, value);
  history.replaceState(null, "", url);
}

const wantedState = (name) => new URL(location.href).searchParams.get(name);

function size(kind, best, belief, df) {
  if (kind === "hypothesis") return 7 + 9 * (best ?? belief ?? 0.1);
  return kind === "keyword" ? 4 + Math.min(5, Math.sqrt(df || 1) / 6) : 6;
}

function build({ nodes, edges }) {
  const graph = new graphology.MultiGraph();
  const many = nodes.key.length > MANY;
  const shades = { unknown: `${colour("unknown")}99`, against: `${colour("against")}77`, line: colour("line"), strong: colour("unknown") };
  nodes.key.forEach((key, i) => {
    const kind = nodes.kind[i];
    const scale = many ? 0.45 : 1;
    const radius = scale * size(kind, nodes.probability_best[i], nodes.belief[i], nodes.df[i]);
    const place = { x: nodes.x[i], y: nodes.y[i] };
    const ignorance = nodes.ignorance[i] ?? 0;
    const torn = (nodes.conflict[i] ?? 0) >= 0.25;
    if (!many && (ignorance > 0.05 || torn)) graph.addNode(`halo ${key}`, { ...place, size: radius + 1.5 + 9 * ignorance + (torn ? 2 : 0), color: torn ? shades.against : shades.unknown, label: "", halo: key, zIndex: 0 });
    graph.addNode(key, { ...place, size: radius, color: colour(kind) || colour("quiet"), label: nodes.label[i], zIndex: 1 });
  });
  edges.start.forEach((start, i) => {
    const weak = edges.kind[i] === "occurs with";
    const belief = nodes.belief[start] ?? nodes.belief[edges.end[i]] ?? 0.2;
    graph.addEdge(nodes.key[start], nodes.key[edges.end[i]], { size: many ? 0.5 : weak ? 0.7 + 0.3 * Math.min(4, Math.log1p(edges.weight[i] ?? 1)) : 1 + 4 * belief, color: weak ? shades.line : shades.strong });
  });
  return graph;
}

async function draw() {
  const answer = await fetch(box.dataset.source);
  if (!answer.ok) {
    box.append(element("p", "The graph could not be read. Reload the page; if it stays so, see `hypograph doctor`.", { class: "notice" }));
    return;
  }
  const found = await answer.json();
  const total = found.nodes.key.length;
  if (!total) {
    box.append(element("p", "There is nothing to draw yet. Run `hypograph demo`, or widen the filter.", { class: "empty" }));
    box.dataset.ready = "0";
    return;
  }
  const graph = build(found);
  const many = total > MANY;
  const sigma = new Sigma(graph, box, { labelColor: { color: colour("ink") }, labelFont: "system-ui, sans-serif", labelSize: 12, labelDensity: many ? 0.2 : 0.6, labelRenderedSizeThreshold: 6, defaultDrawNodeHover: hover, itemSizesReference: "screen", zIndex: true, hideEdgesOnMove: many, hideLabelsOnMove: many });
  let chosen = null;
  let lit = null;
  const dim = colour("line");
  sigma.setSetting("nodeReducer", (key, data) => {
    if (!lit) return data;
    if (lit.has(data.halo ?? key)) return key === chosen ? { ...data, forceLabel: true } : data;
    return data.halo ? { ...data, hidden: true } : { ...data, color: dim, label: "" };
  });
  sigma.setSetting("edgeReducer", (key, data) => (!lit || graph.extremities(key).every((end) => lit.has(end)) ? data : { ...data, hidden: many }));
  const light = (keys) => { lit = keys; sigma.refresh({ skipIndexation: true }); };
  const choose = async (key) => {
    chosen = key;
    state("node", key);
    light(new Set([key, ...graph.neighbors(key)]));
    const start = wantedState("from");
    await tell(key, start);
    if (start && start !== key) await join(start, key);
  };
  const join = async (start, end) => {
    const reply = await fetch(`/api/v1/graph/path?start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`);
    state("from", null);
    if (!reply.ok) return;
    const { path } = await reply.json();
    drawer.append(element("h3", path.length ? `Path in ${path.length - 1} steps` : "No path joins the two"), linked(path));
    if (path.length) light(new Set(path.map((node) => node.key)));
  };
  sigma.on("clickNode", ({ node }) => choose(graph.getNodeAttribute(node, "halo") ?? node));
  sigma.on("clickStage", () => { chosen = null; state("node", null); light(null); });
  const wanted = wantedState("node");
  if (wanted && graph.hasNode(wanted)) choose(wanted);
  document.getElementById("png").addEventListener("click", () => save(sigma));
  box.dataset.ready = String(total);
}

function hover(context, data, settings) {
  if (!data.label) return;
  context.font = `${settings.labelSize}px ${settings.labelFont}`;
  const width = context.measureText(data.label).width;
  context.fillStyle = colour("raised");
  context.strokeStyle = colour("line");
  context.beginPath();
  context.roundRect(data.x + data.size + 1, data.y - 11, width + 10, 22, 4);
  context.fill();
  context.stroke();
  context.fillStyle = colour("ink");
  context.fillText(data.label, data.x + data.size + 6, data.y + 4);
}

function save(sigma) {
  const { width, height } = sigma.getDimensions();
  const sheet = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
  const context = sheet.getContext("2d");
  context.fillStyle = colour("raised");
  context.fillRect(0, 0, sheet.width, sheet.height);
  sigma.refresh();
  for (const layer of Object.values(sigma.getCanvases())) context.drawImage(layer, 0, 0, sheet.width, sheet.height);
  const link = element("a", "", { download: "hypograph.png", href: sheet.toDataURL("image/png") });
  link.click();
}

document.addEventListener("DOMContentLoaded", draw);
