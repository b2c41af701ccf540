// The graph of hypotheses: the server gives places, the address keeps what is chosen, seen and sought.
import { build, drawHover, drawName, FADED, MANY, NodeWithHalo, PALETTE, picture } from "./draw.js";
import { address, bar, element, facts, graphAddress, listed, restsOn } from "./drawer.js";
import { combobox } from "./find.js";
// @ts-check
import { json } from "./net.js";

/** @typedef {import("./drawer.js").Told} Told */
const { Sigma } = /** @type {any} */ (window);
const box = /** @type {HTMLElement} */ (document.getElementById("graph"));
const drawer = /** @type {HTMLElement} */ (document.getElementById("drawer"));
const why = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));
const resting = [...drawer.childNodes];
const wantedState = (/** @type {string} */ name) => new URL(location.href).searchParams.get(name);

/** @param {string} name @param {string | null} value */
function state(name, value) {
  const url = new URL(location.href);
  if (value === null) url.searchParams.delete(name); else url.searchParams.set(name, value);
  history.replaceState(null, "", url);
}

/** @param {string} text @param {string} kind */
function say(text, kind) {
  const line = element("p", text, { class: `state-of ${kind}` });
  box.replaceChildren(line);
}

// What could not be asked is said where it would stand, with a way to ask again.
/** @param {unknown} error @param {() => void} again */
function lost(error, again) {
  const button = element("button", "Ask again", { type: "button" });
  button.addEventListener("click", again);
  drawer.replaceChildren(element("p", why(error), { class: "notice", role: "alert" }), button);
}

let told = 0;
/** @param {string} key */
async function tell(key) {
  const mine = ++told;
  let found;
  try { found = await json(`/api/v1/graph/node?key=${encodeURIComponent(key)}`); } catch (error) { lost(error, () => tell(key)); return; }
  if (mine !== told) return;
  const { node, near } = found;
  drawer.replaceChildren(element("h2", node.label), element("p", node.theme || node.kind, { class: "quiet" }));
  if (typeof node.belief === "number" && typeof node.ignorance === "number") drawer.append(bar(node.belief, node.ignorance, 1 - node.belief - node.ignorance));
  drawer.append(facts(node));
  const ways = element("p", undefined, { class: "links" });
  const link = address(node);
  /** @type {Record<string, string>} */
  const opens = { hypothesis: "Open hypothesis", alloy: "Open alloy", keyword: "Open keyword", publication: "Open paper" };
  if (link) ways.append(element("a", opens[node.kind], { href: link, class: "button primary", id: "open" }));
  for (const hops of [1, 2]) ways.append(element("a", `${hops} step${hops > 1 ? "s" : ""} around`, { href: graphAddress({ focus: key, hops, node: key }), class: "button" }));
  const from = wantedState("from");
  if (from && from !== key) ways.append(element("a", "Path to here", { href: graphAddress({ focus: from, to: key, hops: 0 }), class: "button", id: "join" }));
  const begin = element("button", from === key ? "Path starts here" : "Path from here", { type: "button", id: "path" });
  begin.addEventListener("click", () => {
    state("from", key);
    begin.textContent = "Path starts here";
    ways.after(element("p", "Now choose the other end, in the graph or by its name above.", { class: "notice calm small", role: "status" }));
  }, { once: true });
  ways.append(begin);
  drawer.append(ways);
  try { drawer.append(...(await restsOn(node))); } catch (error) { drawer.append(element("p", why(error), { class: "notice" })); }
  if (mine !== told) return;
  if (near.length) drawer.append(element("h3", `Linked to${near.length >= 100 ? " (the first hundred)" : ""}`), listed(near.slice(0, 25)));
  drawer.scrollTop = 0;
}

/** @param {string[]} keys */
async function tellPath(keys) {
  let path;
  try { ({ path } = await json(`/api/v1/graph/path?${new URLSearchParams({ start: keys[0], end: keys.at(-1) ?? "" })}`)); } catch (error) { lost(error, () => tellPath(keys)); return; }
  drawer.replaceChildren(element("h2", `Path in ${path.length - 1} steps`), listed(path, "steps"));
}

// Asking what lies under the pointer reads pixels back and holds up the drawing: not twice for one place, and not while the graph is dragged.
/** @param {any} sigma */
function pickCalmly(sigma) {
  const pick = sigma.getNodeAtPosition.bind(sigma);
  const mouse = sigma.getMouseCaptor();
  /** @type {{x: number, y: number, node: string | null} | null} */
  let last = null;
  sigma.getNodeAtPosition = (/** @type {{x: number, y: number}} */ place) => {
    if (mouse.isMouseDown) return null;
    if (last && last.x === place.x && last.y === place.y) return last.node;
    last = { x: place.x, y: place.y, node: pick(place) };
    requestAnimationFrame(() => { last = null; });
    return last.node;
  };
}

// A large graph is shifted as a picture while it is dragged, and drawn anew where it has gone far or rests.
/** @param {any} sigma */
function dragAsPicture(sigma) {
  const mouse = sigma.getMouseCaptor();
  const drawn = sigma.scheduleRender.bind(sigma);
  // All but the layer that the pointer is measured on: were it shifted, the graph would lag behind.
  const layers = Object.entries(sigma.getCanvases()).filter(([name]) => name !== "mouse").map(([, layer]) => layer);
  const idle = ["edgeLabels", "hovers", "hoverNodes"].map((name) => sigma.getCanvases()[name]); // empty or out of date while it is dragged
  const show = (/** @type {string} */ value) => idle.forEach((layer) => { layer.style.visibility = value; });
  const middle = { x: 0.5, y: 0.5 };
  const place = () => sigma.framedGraphToViewport(middle, { cameraState: sigma.getCamera().getState() });
  /** @type {{x: number, y: number} | null} */
  let base = null;
  let rest = 0;
  const settle = () => {
    clearTimeout(rest);
    base = null; // until it is drawn the graph is not shifted
    sigma.once("afterRender", () => {
      layers.forEach((layer) => { layer.style.transform = ""; });
      base = mouse.isMouseDown ? place() : null;
      if (!base) show("");
    });
    drawn();
  };
  mouse.on("mousedown", () => { base = place(); show("hidden"); });
  mouse.on("mouseup", settle);
  sigma.scheduleRender = () => {
    if (!mouse.isMouseDown || !base) return drawn();
    const now = place();
    const [dx, dy] = [now.x - base.x, now.y - base.y];
    const { width, height } = sigma.getDimensions();
    clearTimeout(rest);
    if (Math.abs(dx) > width / 3 || Math.abs(dy) > height / 3) settle();
    else {
      layers.forEach((layer) => { layer.style.transform = `translate(${dx}px, ${dy}px)`; });
      rest = window.setTimeout(settle, 600);
    }
    return sigma;
  };
}

/** @param {any} sigma */
function camera(sigma) {
  const given = (wantedState("view") || "").split(",").map(Number);
  if (given.length === 3 && given.every(Number.isFinite)) sigma.getCamera().setState({ x: given[0], y: given[1], ratio: given[2] });
  let pause = 0;
  sigma.getCamera().on("updated", (/** @type {{x: number, y: number, ratio: number}} */ { x, y, ratio }) => {
    clearTimeout(pause);
    pause = window.setTimeout(() => state("view", [x, y, ratio].map((v) => v.toFixed(3)).join(",")), 400);
  });
  const press = (/** @type {string} */ id, /** @type {() => void} */ act) => document.getElementById(id)?.addEventListener("click", act);
  press("closer", () => sigma.getCamera().animatedZoom({ duration: 150 }));
  press("farther", () => sigma.getCamera().animatedUnzoom({ duration: 150 }));
  press("whole", () => sigma.getCamera().animatedReset({ duration: 150 }));
}

async function draw() {
  /** @type {import("./draw.js").Drawing} */
  let found;
  try { found = await json(box.dataset.source ?? "/api/v1/graph"); } catch (error) { say(`The graph could not be read. ${why(error)} Load the page again; if it stays so, \`hypograph doctor\` says why.`, "error"); return; }
  const total = found.nodes.key.length;
  if (!total) {
    say("Nothing passes these filters. Widen them, or run `hypograph demo` if the graph is new.", "quiet");
    box.dataset.ready = "0";
    return;
  }
  box.replaceChildren();
  const graph = build(found);
  const many = total > MANY;
  const way = (found.path || []).map((i) => found.nodes.key[i]);
  const along = new Set(way.slice(1).map((key, i) => [way[i], key].sort().join(" ")));
  /** @type {string | null} */
  let chosen = null;
  /** @type {Set<string> | null} */
  let lit = way.length ? new Set(way) : null;
  const dim = { haloColor: PALETTE.line, ringColor: PALETTE.line, label: "", zIndex: 0 };
  const nodeReducer = (/** @type {string} */ key, /** @type {any} */ data) => {
    if (!lit) return data;
    if (!lit.has(key)) return { ...data, ...dim, color: FADED[data.color] };
    return { ...data, zIndex: 1, forceLabel: key === chosen || way.length > 0 };
  };
  const edgeReducer = (/** @type {string} */ key, /** @type {any} */ data) => {
    if (!lit) return data;
    const ends = graph.extremities(key);
    if (along.has([...ends].sort().join(" "))) return { ...data, color: PALETTE.accent, size: Math.max(3, data.size), zIndex: 1 };
    return ends.every((/** @type {string} */ end) => lit?.has(end)) ? data : { ...data, hidden: many };
  };
  const sigma = new Sigma(graph, box, { nodeReducer, edgeReducer, defaultNodeType: "halo", nodeProgramClasses: { halo: NodeWithHalo }, edgeProgramClasses: { wide: Sigma.rendering.EdgeRectangleProgram, thin: Sigma.rendering.EdgeLineProgram }, defaultEdgeType: many ? "thin" : "wide", labelColor: { color: PALETTE.ink }, labelFont: "system-ui, sans-serif", labelSize: 12, labelDensity: many ? 0.2 : 0.5, labelGridCellSize: 180, labelRenderedSizeThreshold: 6, defaultDrawNodeLabel: drawName, defaultDrawNodeHover: drawHover, stagePadding: 50, itemSizesReference: "screen", zIndex: !many, hideEdgesOnMove: many, hideLabelsOnMove: many, dragTimeout: many ? 1000 : 100, inertiaDuration: many ? 0 : 200, inertiaRatio: many ? 0 : 3 });
  const light = (/** @type {Set<string> | null} */ keys) => { lit = keys; sigma.refresh({ skipIndexation: true }); };
  const choose = (/** @type {string} */ key) => {
    chosen = key;
    state("node", key);
    light(new Set([key, ...graph.neighbors(key), ...way]));
    return tell(key);
  };
  sigma.on("clickNode", (/** @type {{node: string}} */ { node }) => choose(node));
  sigma.on("doubleClickNode", (/** @type {{node: string, event: any}} */ { node, event }) => { event.preventSigmaDefault(); location.href = graphAddress({ focus: node, hops: 1, node }); });
  sigma.on("clickStage", () => {
    chosen = null;
    ++told;
    state("node", null);
    light(way.length ? new Set(way) : null);
    if (way.length) tellPath(way); else drawer.replaceChildren(...resting);
  });
  pickCalmly(sigma);
  if (many) dragAsPicture(sigma);
  camera(sigma);
  document.getElementById("png")?.addEventListener("click", () => picture(sigma));
  box.dataset.ready = String(total);
  const wanted = wantedState("node");
  if (wanted && graph.hasNode(wanted)) choose(wanted); else if (way.length) tellPath(way);
}

// The libraries draw with WebGL only: without it the table below has the same content, and the map draws without.
const able = (() => { try { return Boolean(document.createElement("canvas").getContext("webgl2")); } catch { return false; } })();
if (able) draw();
else {
  say("This browser cannot draw this graph (it has no WebGL). The table below has the same content, and the map at /map is drawn without it.", "error");
  box.dataset.ready = "table";
}

/** @param {Told} node */
function seek(node) {
  const from = wantedState("from");
  return graphAddress(from && from !== node.key ? { focus: from, to: node.key, hops: 0 } : { focus: node.key, hops: 1, node: node.key });
}
combobox("/api/v1/graph/search", (node) => { location.href = seek(node); }, seek);
