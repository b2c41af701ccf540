// The map: the server gives places and communities, the address keeps what is chosen, seen and filtered.
// @ts-check
import { element, facts, restsOn } from "./drawer.js";
import { combobox } from "./find.js";
import { colours, draw, HUES, magnified, names, radius } from "./mapdraw.js";
import { json } from "./net.js";

/** @typedef {import("./mapdraw.js").Drawn} Drawn */
const box = /** @type {HTMLElement} */ (document.getElementById("map"));
const drawer = /** @type {HTMLElement} */ (document.getElementById("drawer"));
const resting = [...drawer.childNodes];
const address = () => new URL(location.href);
/** @type {Record<string, string>} */
const PAGES = { keyword: "/keywords/", publication: "/papers/", alloy: "/alloys/", hypothesis: "/hypotheses/" };
/** @type {Record<string, string>} */
const KINDS = { keyword: "keyword", publication: "paper", alloy: "alloy", hypothesis: "hypothesis" };
/** @type {Record<string, string>} */
const MANY = { hypothesis: "Hypotheses", publication: "Papers", alloy: "Alloys", keyword: "Keywords" };
const link = (/** @type {any} */ node) => PAGES[node.kind] + encodeURIComponent(node.key.slice(2));

/** @param {string} name @param {string | null} value */
function keep(name, value) {
  const url = address();
  if (value === null) url.searchParams.delete(name); else url.searchParams.set(name, value);
  history.replaceState(null, "", url);
}

/** @param {string} text */
const say = (text) => box.replaceChildren(element("p", text, { class: "state-of", role: "alert" }));

class Picture {
  /** @param {Drawn} data */
  constructor(data) {
    this.data = data;
    this.n = data.kind.length;
    this.seen = new Uint8Array(this.n).fill(1);
    this.paint = colours();
    this.view = { x: data.grid / 2, y: data.grid / 2, scale: 1 };
    this.fit = 1;
    this.chosen = -1;
    /** @type {Set<number> | null} */ this.lit = null;
    /** @type {number[]} */ this.near = [];
    /** @type {Record<number, string>} */ this.papers = {};
    /** @type {Set<number>} */ this.asked = new Set();
    /** @type {number[][]} */ this.order = [];
    /** @type {number[]} */ this.ranked = [];
    /** @type {{x: number, y: number, size: number}[]} */ this.middles = [];
    /** @type {Map<number, number[]>} */ this.cells = new Map();
    /** @type {import("./mapdraw.js").Box[]} */ this.taken = [];
    this.size = { width: 0, height: 0 };
    this.ratio = 1;
    this.waiting = 0;
    this.begun = false;
    /** @type {{x: number, y: number, scale: number} | null} */ this.shot = null;
    this.sheet = document.createElement("canvas");
    this.sheet.className = "sheet";
    this.behind = document.createElement("canvas");
    box.replaceChildren(this.sheet);
    this.index();
  }

  /** Sort once what every picture needs: nodes by kind and community, by use, and by place. */
  index() {
    const { data, n } = this;
    const all = Array.from({ length: n }, (_, i) => i);
    const order = [1, 2, 0, 3].flatMap((kind) => data.groups.map((_, group) => ({ kind, group, rows: /** @type {number[]} */ ([]) })));
    const at = Object.fromEntries(order.map((part) => [`${part.kind} ${part.group}`, part.rows]));
    for (const i of all) at[`${data.kind[i]} ${data.group[i]}`].push(i);
    this.order = order.map((part) => part.rows);
    const weight = (/** @type {number} */ i) => data.use[i] + (data.kind[i] === 3 ? 2 : 0) - (data.kind[i] === 1 ? 1e6 : 0);
    this.ranked = all.sort((a, b) => weight(b) - weight(a));
    this.middles = data.groups.map(() => ({ x: 0, y: 0, size: 0 }));
    this.cells = new Map();
    for (let i = 0; i < n; i += 1) {
      const middle = this.middles[data.group[i]];
      middle.x += data.x[i]; middle.y += data.y[i]; middle.size += 1;
      const cell = this.cell(data.x[i], data.y[i]);
      const inside = this.cells.get(cell);
      if (inside) inside.push(i); else this.cells.set(cell, [i]);
    }
    for (const m of this.middles) if (m.size) { m.x /= m.size; m.y /= m.size; }
  }

  /** @param {number} x @param {number} y */
  cell(x, y) { return Math.floor(x / 250) * 1000 + Math.floor(y / 250); }

  resize() {
    const { width, height } = box.getBoundingClientRect();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (this.size.width === width && this.size.height === height && this.ratio === ratio) return;
    for (const sheet of [this.sheet, this.behind]) { sheet.width = Math.round(width * ratio); sheet.height = Math.round(height * ratio); }
    this.sheet.style.width = `${width}px`;
    this.sheet.style.height = `${height}px`;
    this.ratio = ratio;
    const fit = Math.min(width, height) / (this.data.grid * 1.06);
    if (this.view.scale === 1 || this.view.scale === this.fit) this.whole(fit, width, height);
    this.fit = fit;
    this.size = { width, height };
    this.frame(false);
  }

  /** The first picture: without the many papers, which come with the next one, so that nobody waits for them. */
  first() {
    const order = this.order;
    this.order = order.filter((rows) => this.data.kind[rows[0]] !== 1);
    this.paint_();
    this.order = order;
    requestAnimationFrame(() => requestAnimationFrame(() => { this.begun = true; this.paint_(); }));
  }

  /** @param {number} fit @param {number} width @param {number} height */
  whole(fit, width, height) {
    const xs = this.data.x, ys = this.data.y;
    const [w, h] = [xs.reduce((a, b) => Math.max(a, b), 1), ys.reduce((a, b) => Math.max(a, b), 1)];
    const scale = Math.min(width / (w * 1.08), height / (h * 1.08));
    this.view = { x: w / 2, y: h / 2, scale: Number.isFinite(scale) && scale > 0 ? scale : fit };
    this.fit = this.view.scale;
  }

  /** Draw everything anew; while it moves, the last picture is shifted instead. @param {boolean} [moving] */
  paint_(moving = false) {
    const { width, height } = this.size;
    // Drawn by the processor: a graphics card takes each of the many small shapes singly, and without one that takes seconds.
    const to = this.sheet.getContext("2d", { willReadFrequently: true });
    const back = this.behind.getContext("2d", { willReadFrequently: true });
    if (!to || !back || !width) return;
    const many = this.n > 4000;
    if (moving && many && this.shot) {
      const grown = this.view.scale / this.shot.scale;
      const dx = (this.shot.x - this.view.x) * this.view.scale + (width / 2) * (1 - grown);
      const dy = (this.shot.y - this.view.y) * this.view.scale + (height / 2) * (1 - grown);
      to.setTransform(1, 0, 0, 1, 0, 0);
      to.fillStyle = this.paint.ground;
      to.fillRect(0, 0, this.sheet.width, this.sheet.height);
      to.drawImage(this.behind, dx * this.ratio, dy * this.ratio, this.sheet.width * grown, this.sheet.height * grown);
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.paint_(), 90);
      return;
    }
    back.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const about = { ...this, width, height, name: (/** @type {number} */ i) => this.data.named[i]?.[1] ?? this.papers[i] };
    draw(back, this.data, this.view, about);
    this.taken = names(back, this.data, this.view, about);
    this.shot = { ...this.view };
    to.setTransform(1, 0, 0, 1, 0, 0);
    to.drawImage(this.behind, 0, 0);
    if (!moving) this.nameSeen();
  }

  frame(moving = true) {
    if (this.waiting || !this.begun) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.paint_(moving); });
  }

  /** Ask for the names of the few papers that one looks at closely. */
  nameSeen() {
    if (this.view.scale < 3 * this.fit && !this.lit) return;
    const { width, height } = this.size;
    const shown = [];
    for (const i of this.lit ?? this.ranked) {
      if (this.data.kind[i] !== 1 || !this.seen[i] || this.asked.has(i)) continue;
      const x = (this.data.x[i] - this.view.x) * this.view.scale + width / 2, y = (this.data.y[i] - this.view.y) * this.view.scale + height / 2;
      if (x > 0 && y > 0 && x < width && y < height) shown.push(i);
      if (shown.length >= 60) break;
    }
    if (shown.length) this.ask(shown);
  }

  /** @param {number[]} rows */
  async ask(rows) {
    rows.forEach((i) => this.asked.add(i));
    try {
      for (const [i, , label] of await json(`/api/v1/map/names?${new URLSearchParams({ of: rows.join(","), version: this.data.version })}`)) this.papers[i] = label;
      this.frame(false);
    } catch { rows.forEach((i) => this.asked.delete(i)); }
  }

  /** @param {number} x @param {number} y @param {number} reach in pixels @returns {number} */
  at(x, y, reach) {
    const { width, height } = this.size;
    const [wx, wy] = [(x - width / 2) / this.view.scale + this.view.x, (y - height / 2) / this.view.scale + this.view.y];
    const big = magnified(this.view.scale, this.fit);
    const wide = Math.ceil((reach + 16 * big) / this.view.scale / 250);
    let best = -1, least = Infinity;
    for (let cx = -wide; cx <= wide; cx += 1) for (let cy = -wide; cy <= wide; cy += 1) {
      for (const i of this.cells.get(this.cell(wx + 250 * cx, wy + 250 * cy)) ?? []) {
        if (!this.seen[i]) continue;
        const away = Math.hypot(this.data.x[i] - wx, this.data.y[i] - wy) * this.view.scale - radius(this.data, i) * big;
        if (away < least && away < reach) { least = away; best = i; }
      }
    }
    return best;
  }

  /** @param {number} by @param {number} [x] @param {number} [y] */
  zoom(by, x = this.size.width / 2, y = this.size.height / 2) {
    const { width, height } = this.size;
    const scale = Math.min(60 * this.fit, Math.max(0.5 * this.fit, this.view.scale * by));
    const grown = 1 / this.view.scale - 1 / scale;
    this.view = { x: this.view.x + (x - width / 2) * grown, y: this.view.y + (y - height / 2) * grown, scale };
    this.moved();
  }

  /** @param {number} dx @param {number} dy */
  shift(dx, dy) {
    this.view = { ...this.view, x: this.view.x - dx / this.view.scale, y: this.view.y - dy / this.view.scale };
    this.moved();
  }

  moved() {
    this.frame();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => keep("view", [this.view.x, this.view.y].map((v) => v.toFixed(0)).concat((this.view.scale / this.fit).toFixed(3)).join(",")), 400);
  }

  /** Bring some nodes into view. @param {number[]} rows */
  reveal(rows) {
    const { width, height } = this.size;
    const xs = rows.map((i) => this.data.x[i]), ys = rows.map((i) => this.data.y[i]);
    const [l, r, t, b] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = Math.min(8 * this.fit, Math.max(this.fit, Math.min(width / ((r - l) * 1.4 + 1), height / ((b - t) * 1.4 + 1))));
    this.view = { x: (l + r) / 2, y: (t + b) / 2, scale };
    this.frame(false);
  }

  /** @param {(i: number) => boolean} test */
  filter(test) {
    for (let i = 0; i < this.n; i += 1) this.seen[i] = test(i) ? 1 : 0;
    this.frame(false);
  }

  release() {
    this.chosen = -1; this.lit = null; this.near = [];
    keep("node", null);
    drawer.replaceChildren(...resting);
    this.frame(false);
  }
}

let told = 0;
/** Choose a node: what it rests on is led to, and said beside the map. @param {Picture} map @param {string} key @param {boolean} [reveal] */
async function choose(map, key, reveal = false) {
  const mine = ++told;
  let found;
  try { found = await json(`/api/v1/map/node?key=${encodeURIComponent(key)}`); } catch (error) {
    const again = element("button", "Ask again", { type: "button" });
    again.addEventListener("click", () => choose(map, key, reveal));
    drawer.replaceChildren(element("p", error instanceof Error ? error.message : String(error), { class: "notice", role: "alert" }), again);
    return;
  }
  if (mine !== told) return;
  const { node, near, count } = found;
  map.chosen = node.i;
  map.near = near.map((/** @type {any} */ other) => other.i);
  map.lit = new Set([node.i, ...map.near]);
  for (const other of [node, ...near]) map.papers[other.i] = other.label;
  keep("node", key);
  if (reveal) map.reveal([node.i, ...map.near.slice(0, 40)]); else map.frame(false);
  tell(map, node, near, count);
  try { drawer.append(...(await restsOn({ ...node, id: key.slice(2) }))); } catch { /* the page of the node says it */ }
  drawer.scrollTop = 0;
}

/** @param {Picture} map @param {any} node @param {any[]} near @param {number} count */
function tell(map, node, near, count) {
  const about = [KINDS[node.kind], node.year, node.about].filter(Boolean).join(" · ");
  const back = element("button", "×", { type: "button", class: "quiet close", "aria-label": "Choose nothing" });
  back.addEventListener("click", () => map.release());
  drawer.replaceChildren(back, element("h2", node.label), element("p", about, { class: "quiet" }), element("p", node.group, { class: "small" }), facts(node));
  const ways = element("p", undefined, { class: "links" });
  ways.append(element("a", `Open ${KINDS[node.kind]}`, { href: link(node), class: "button primary", id: "open" }));
  drawer.append(ways);
  for (const kind of ["hypothesis", "publication", "alloy", "keyword"]) {
    const rows = near.filter((other) => other.kind === kind);
    if (!rows.length) continue;
    drawer.append(element("h3", MANY[kind]));
    const list = element("ul", undefined, { class: "bare near" });
    for (const other of rows.slice(0, 12)) {
      const item = element("li");
      const button = element("button", other.label, { type: "button", class: "quiet" });
      button.addEventListener("click", () => choose(map, other.key, true));
      item.append(button, ...(other.year && kind === "publication" ? [element("span", ` ${other.year}`, { class: "quiet" })] : []));
      list.append(item);
    }
    drawer.append(list);
    if (rows.length > 12) drawer.append(element("p", `and ${rows.length - 12} more on the map`, { class: "quiet" }));
  }
  if (count > near.length) drawer.append(element("p", `${count - near.length} more are near it; its page lists them.`, { class: "quiet" }));
}

/** @param {Picture} map */
function pointers(map) {
  const sheet = map.sheet;
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let began = { x: 0, y: 0 }, moved = false;
  const place = (/** @type {PointerEvent | WheelEvent} */ event) => { const area = sheet.getBoundingClientRect(); return { x: event.clientX - area.left, y: event.clientY - area.top }; };
  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    down.set(event.pointerId, place(event));
    if (down.size === 1) { began = place(event); moved = false; }
  });
  sheet.addEventListener("pointermove", (event) => {
    const now = place(event), before = down.get(event.pointerId);
    if (!before) { if (event.pointerType === "mouse") sheet.classList.toggle("over", map.at(now.x, now.y, 6) >= 0); return; }
    if (down.size === 2) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1] ?? now;
      const far = (/** @type {{x: number, y: number}} */ p) => Math.max(8, Math.hypot(p.x - other.x, p.y - other.y));
      map.zoom(far(now) / far(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
      moved = true;
    } else {
      if (Math.hypot(now.x - began.x, now.y - began.y) > 5) moved = true;
      if (moved) map.shift(now.x - before.x, now.y - before.y);
    }
    down.set(event.pointerId, now);
  });
  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId) || down.size) return;
    if (moved) { map.frame(false); return; }
    const now = place(event);
    const i = map.at(now.x, now.y, event.pointerType === "mouse" ? 8 : 22);
    if (i < 0) { if (map.chosen >= 0) { ++told; map.release(); } return; }
    void pick(map, i);
  };
  sheet.addEventListener("pointerup", up);
  sheet.addEventListener("pointercancel", up);
  sheet.addEventListener("wheel", (event) => { event.preventDefault(); const now = place(event); map.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), now.x, now.y); }, { passive: false });
  sheet.addEventListener("dblclick", (event) => { const area = sheet.getBoundingClientRect(); map.zoom(1.8, event.clientX - area.left, event.clientY - area.top); });
  box.addEventListener("keydown", (event) => {
    const step = /** @type {Record<string, number[]>} */ ({ ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] })[event.key];
    if (step) { event.preventDefault(); map.shift(step[0], step[1]); }
    else if (event.key === "+" || event.key === "=") map.zoom(1.4);
    else if (event.key === "-") map.zoom(1 / 1.4);
    else if (event.key === "Escape") map.release();
  });
}

/** @param {Picture} map @param {number} i */
async function pick(map, i) {
  const known = map.data.named[i]?.[0];
  if (known) { await choose(map, known); return; }
  try { const [[, key]] = await json(`/api/v1/map/names?${new URLSearchParams({ of: String(i), version: map.data.version })}`); await choose(map, key); }
  catch (error) { drawer.replaceChildren(element("p", error instanceof Error ? error.message : String(error), { class: "notice", role: "alert" })); }
}

/** @param {Picture} map */
function controls(map) {
  const on = (/** @type {string} */ id, /** @type {() => void} */ act) => document.getElementById(id)?.addEventListener("click", act);
  on("closer", () => map.zoom(1.5));
  on("farther", () => map.zoom(1 / 1.5));
  on("whole", () => { map.whole(map.fit, map.size.width, map.size.height); keep("view", null); map.frame(false); });
  on("png", () => Object.assign(document.createElement("a"), { download: "map.png", href: map.sheet.toDataURL("image/png") }).click());
  const from = /** @type {HTMLInputElement | null} */ (document.getElementById("from")), to = /** @type {HTMLInputElement | null} */ (document.getElementById("to"));
  const kinds = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("input[name=kind]")]);
  const given = address().searchParams;
  if (from && given.get("from")) from.value = given.get("from") ?? "";
  if (to && given.get("to")) to.value = given.get("to") ?? "";
  for (const one of kinds) if (given.get("hide")?.split(",").includes(one.value)) one.checked = false;
  const apply = () => {
    const shown = kinds.map((one) => one.checked);
    const [low, high] = from && to ? [Math.min(+from.value, +to.value), Math.max(+from.value, +to.value)] : [-Infinity, Infinity];
    const all = !from || !to || (low === +from.min && high === +to.max);
    const { kind, first, last } = map.data;
    map.filter((i) => shown[kind[i]] && (all || kind[i] > 1 || (last[i] >= low && first[i] <= high && first[i] > 0)));
    const output = document.getElementById("years");
    if (output) output.textContent = `${low} to ${high}`;
    keep("from", all ? null : String(low));
    keep("to", all ? null : String(high));
    const hidden = kinds.filter((one) => !one.checked).map((one) => one.value);
    keep("hide", hidden.length ? hidden.join(",") : null);
  };
  [from, to, ...kinds].forEach((one) => one?.addEventListener("input", apply));
  for (const button of document.querySelectorAll("[data-group]")) {
    button.addEventListener("click", () => {
      const rows = map.data.group.flatMap((g, i) => (g === Number(button.getAttribute("data-group")) ? [i] : []));
      if (rows.length) map.reveal(rows);
    });
  }
  const paint = () => {
    map.paint = colours();
    for (const mark of document.querySelectorAll("[data-colour]")) if (mark instanceof HTMLElement) mark.style.background = map.paint.hues[Number(mark.dataset.colour) % HUES];
    map.frame(false);
  };
  document.addEventListener("theme", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
  apply();
}

async function begin() {
  /** @type {Drawn} */
  let data;
  try { data = await json(box.dataset.source ?? "/api/v1/map"); } catch (error) {
    say(`The map could not be read. ${error instanceof Error ? error.message : ""} The tables below have the same content.`);
    return;
  }
  if (box.dataset.reading) { location.reload(); return; }
  const map = new Picture(data);
  const given = (address().searchParams.get("view") ?? "").split(",").map(Number);
  map.resize();
  if (given.length === 3 && given.every(Number.isFinite)) map.view = { x: given[0], y: given[1], scale: given[2] * map.fit };
  new ResizeObserver(() => map.resize()).observe(box);
  pointers(map);
  controls(map);
  combobox("/api/v1/map/search", (node) => { if (map.data.version) void choose(map, node.key, true); });
  map.first();
  const wanted = address().searchParams.get("node");
  if (wanted) await choose(map, wanted, !given[2]);
  box.dataset.ready = String(map.n);
  Object.assign(box, { picture: map });
}

void begin();
