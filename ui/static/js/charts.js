// Lines that can be hidden (kept in the address), a readout under the pointer or the arrow keys, figures as PNG.
// @ts-check
import { ask } from "./net.js";

/**
 * @typedef {{s: number, name: string, points: [number, number][]}} Line
 * @typedef {{x: [number, number], left: number, right: number, title: string, lines: Line[]}} Frame
 */

const SVG = "http://www.w3.org/2000/svg";
const address = new URL(location.href);
const hidden = new Set((address.searchParams.get("hide") || "").split(",").filter(Boolean));

function apply() {
  for (const part of document.querySelectorAll("main [data-s]")) {
    if (!(part instanceof SVGElement || part instanceof HTMLElement)) continue;
    const off = hidden.has(part.dataset.s ?? "");
    if (part instanceof SVGElement) part.classList.toggle("hushed", off); else part.hidden = off;
  }
  for (const button of document.querySelectorAll("[data-toggle]")) button.setAttribute("aria-pressed", String(!hidden.has(button.getAttribute("data-toggle") ?? "")));
}

/** @param {string} kind */
function toggle(kind) {
  if (!hidden.delete(kind)) hidden.add(kind);
  if (hidden.size) address.searchParams.set("hide", [...hidden].join(",")); else address.searchParams.delete("hide");
  history.replaceState(null, "", address);
  apply();
}

/** @param {Line} line @param {number} x */
function at(line, x) {
  let found;
  for (const point of line.points) if (point[0] <= x + 1e-9) found = point;
  return found && (line.points.at(-1)?.[0] ?? -Infinity) >= x ? found[1] : undefined;
}

/** @param {SVGSVGElement} plot */
function follow(plot) {
  const frame = /** @type {Frame} */ (JSON.parse(plot.dataset.plot ?? "{}"));
  const around = /** @type {HTMLElement} */ (plot.parentElement);
  const cursor = document.createElementNS(SVG, "path");
  cursor.setAttribute("class", "cursor");
  const box = document.createElement("div");
  box.className = "readout";
  box.hidden = true;
  plot.append(cursor);
  around.append(box);
  const [low, high] = frame.x;
  const show = (/** @type {number} */ x) => {
    const rows = frame.lines.filter((line) => !hidden.has(String(line.s))).flatMap((line) => { const y = at(line, x); return y === undefined ? [] : [{ name: line.name, y }]; });
    rows.sort((a, b) => b.y - a.y);
    const across = frame.left + ((x - low) / (high - low)) * (frame.right - frame.left);
    cursor.setAttribute("d", `M${across} 12V${plot.viewBox.baseVal.height - 46}`);
    const table = document.createElement("table");
    for (const { name, y } of rows.slice(0, 12)) {
      const row = table.insertRow();
      row.insertCell().textContent = name;
      const cell = row.insertCell();
      cell.className = "n";
      cell.textContent = String(Number(y.toPrecision(4)));
    }
    const head = document.createElement("strong");
    head.textContent = `${frame.title} ${x}`;
    box.replaceChildren(head, table);
    box.hidden = !rows.length;
    const scale = plot.clientWidth / plot.viewBox.baseVal.width;
    const place = across * scale;
    box.style.top = "3.2rem";
    box.style.left = place > plot.clientWidth / 2 ? "auto" : `${place + 26}px`;
    box.style.right = place > plot.clientWidth / 2 ? `${around.clientWidth - place - 8}px` : "auto";
  };
  const hide = () => { box.hidden = true; cursor.removeAttribute("d"); };
  plot.addEventListener("pointermove", (event) => {
    const area = plot.getBoundingClientRect();
    const across = ((event.clientX - area.left) / area.width) * plot.viewBox.baseVal.width;
    const x = Math.round(low + ((across - frame.left) / (frame.right - frame.left)) * (high - low));
    if (x >= Math.ceil(low) && x <= high) show(x); else hide();
  });
  plot.addEventListener("pointerleave", hide);
  let chosen = Math.ceil(low);
  plot.setAttribute("tabindex", "0");
  plot.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) { if (event.key === "Escape") hide(); return; }
    event.preventDefault();
    chosen = Math.min(Math.floor(high), Math.max(Math.ceil(low), chosen + by));
    show(chosen);
  });
  plot.addEventListener("blur", hide);
}

/** @param {HTMLAnchorElement} link */
async function png(link) {
  let answer;
  try { answer = await ask(link.href); } catch (error) { link.title = error instanceof Error ? error.message : String(error); link.textContent = "PNG: no answer"; return; }
  const url = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = url;
  await image.decode();
  const sheet = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  sheet.getContext("2d")?.drawImage(image, 0, 0, sheet.width, sheet.height);
  URL.revokeObjectURL(url);
  const save = Object.assign(document.createElement("a"), { href: sheet.toDataURL("image/png"), download: `${link.dataset.png}.png` });
  save.click();
}

/** @param {ParentNode} root */
function begin(root) {
  for (const plot of root.querySelectorAll("svg[data-plot]")) if (plot instanceof SVGSVGElement) follow(plot);
  for (const button of root.querySelectorAll("[data-toggle]")) button.addEventListener("click", () => toggle(button.getAttribute("data-toggle") ?? ""));
  for (const link of root.querySelectorAll("a[data-png]")) link.addEventListener("click", (event) => { event.preventDefault(); if (link instanceof HTMLAnchorElement) void png(link); });
  apply();
}
begin(document);
document.addEventListener("part", (event) => { if (event instanceof CustomEvent) begin(event.detail); });
document.documentElement.dataset.charts = "ready";
