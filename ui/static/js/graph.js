"use strict";
// The graph of hypotheses: places come from the server, the drawer is filled with text nodes only.
const box = document.getElementById("graph");
const drawer = document.getElementById("drawer");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

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

function tell(node, near) {
  drawer.replaceChildren(element("h2", node.label), element("p", node.theme || node.kind, { class: "quiet" }));
  const facts = element("dl");
  const names = { probability_best: "probability of being best", belief: "belief", plausibility: "plausibility", conflict: "conflict", potential: "potential", novelty: "novelty", pignistic: "probability of a single phase" };
  for (const [key, name] of Object.entries(names)) {
    if (typeof node[key] === "number") facts.append(element("dt", name, { class: "quiet" }), element("dd", figure(node[key])));
  }
  drawer.append(facts);
  const link = address(node);
  if (link) {
    const line = element("p");
    line.append(element("a", node.kind === "hypothesis" ? "Evidence, comparisons and tree" : "More about it", { href: link }));
    drawer.append(line);
  }
  if (near.length) {
    const list = element("ul", undefined, { class: "plain" });
    for (const other of near.slice(0, 20)) {
      const item = element("li");
      const target = address(other);
      item.append(target ? element("a", other.label, { href: target }) : other.label);
      list.append(item);
    }
    drawer.append(element("h3", "Linked to"), list);
  }
}

function size(node) {
  if (node.kind === "hypothesis") return 7 + 9 * (node.probability_best ?? node.belief ?? 0.1);
  return node.kind === "keyword" ? 4 + Math.min(5, Math.sqrt(node.df || 1) / 6) : 6;
}

async function draw() {
  const answer = await fetch(box.dataset.source);
  if (!answer.ok) {
    box.append(element("p", "The graph could not be read. Reload the page; if it stays so, see `hypograph doctor`.", { class: "notice" }));
    return;
  }
  const found = await answer.json();
  if (!found.nodes.length) {
    box.append(element("p", "There is nothing to draw yet.", { class: "empty" }));
    return;
  }
  const graph = new graphology.MultiGraph();
  const byKey = new Map(found.nodes.map((node) => [node.key, node]));
  for (const node of found.nodes) {
    const label = node.label.length > 60 ? `${node.label.slice(0, 59)}…` : node.label;
    graph.addNode(node.key, { x: node.x, y: node.y, size: size(node), color: colour(node.kind) || colour("quiet"), label });
  }
  for (const edge of found.edges) {
    if (!graph.hasNode(edge.start) || !graph.hasNode(edge.end)) continue;
    const strong = edge.kind === "occurs with" ? 1 : 2.2;
    graph.addEdge(edge.start, edge.end, { size: strong, color: edge.kind === "occurs with" ? colour("line") : colour("unknown") });
  }
  const sigma = new Sigma(graph, box, { labelColor: { color: colour("ink") }, labelFont: "system-ui, sans-serif", labelSize: 12, labelDensity: 0.6, labelRenderedSizeThreshold: 6, defaultDrawNodeHover: hover, itemSizesReference: "screen" });
  let chosen = null;
  sigma.setSetting("nodeReducer", (key, data) => (chosen && key !== chosen && !graph.areNeighbors(key, chosen) ? { ...data, color: colour("line"), label: "" } : data));
  const choose = (key) => {
    chosen = key;
    tell(byKey.get(key), graph.neighbors(key).map((other) => byKey.get(other)));
    const url = new URL(location.href);
    url.searchParams.set("node", key);
    history.replaceState(null, "", url);
    sigma.refresh();
  };
  sigma.on("clickNode", ({ node }) => choose(node));
  sigma.on("clickStage", () => { chosen = null; sigma.refresh(); });
  const wanted = new URL(location.href).searchParams.get("node");
  if (wanted && graph.hasNode(wanted)) choose(wanted);
  document.getElementById("png").addEventListener("click", () => save(sigma));
  box.dataset.ready = String(graph.order);
}

function hover(context, data, settings) {
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
