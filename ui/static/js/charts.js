// Lines that can be hidden (kept in the address), a readout under the pointer or the arrow keys, figures as PNG.
import { ask } from "./net.js";

const SVG = "http://www.w3.org/2000/svg";
const address = new URL(location.href);
const hidden = new Set((address.searchParams.get("hide") || "").split(",").filter(Boolean));

function apply() {
  for (const part of document.querySelectorAll("main [data-s]")) {
    const off = hidden.has(part.dataset.s);
    if (part.ownerSVGElement) part.classList.toggle("hushed", off); else part.hidden = off;
  }
  for (const button of document.querySelectorAll("[data-toggle]")) button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.toggle)));
}

function toggle(kind) {
  if (!hidden.delete(kind)) hidden.add(kind);
  if (hidden.size) address.searchParams.set("hide", [...hidden].join(",")); else address.searchParams.delete("hide");
  history.replaceState(null, "", address);
  apply();
}

function at(line, x) {
  let found;
  for (const point of line.points) if (point[0] <= x + 1e-9) found = point;
  return found && line.points.at(-1)[0] >= x ? found[1] : undefined;
}

function follow(plot) {
  const frame = JSON.parse(plot.dataset.plot);
  const cursor = document.createElementNS(SVG, "path");
  cursor.setAttribute("class", "cursor");
  const box = document.createElement("div");
  box.className = "readout";
  box.hidden = true;
  plot.append(cursor);
  plot.parentElement.append(box);
  const [low, high] = frame.x;
  const show = (x) => {
    const rows = frame.lines.filter((line) => !hidden.has(String(line.s))).map((line) => [line.name, at(line, x)]).filter(([, y]) => y !== undefined);
    rows.sort((a, b) => b[1] - a[1]);
    const across = frame.left + ((x - low) / (high - low)) * (frame.right - frame.left);
    cursor.setAttribute("d", `M${across} 12V${plot.viewBox.baseVal.height - 46}`);
    const table = document.createElement("table");
    for (const [name, y] of rows.slice(0, 12)) {
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
    const left = plot.offsetLeft ?? 0;
    const place = across * scale;
    box.style.top = "3.2rem";
    box.style.left = place > plot.clientWidth / 2 ? "auto" : `${left + place + 26}px`;
    box.style.right = place > plot.clientWidth / 2 ? `${plot.parentElement.clientWidth - place - 8}px` : "auto";
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
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) { if (event.key === "Escape") hide(); return; }
    event.preventDefault();
    chosen = Math.min(Math.floor(high), Math.max(Math.ceil(low), chosen + by));
    show(chosen);
  });
  plot.addEventListener("blur", hide);
}

async function png(link) {
  let answer;
  try { answer = await ask(link.href); } catch (error) { link.title = error.message; link.textContent = "PNG: no answer"; return; }
  const url = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = url;
  await image.decode();
  const sheet = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
  URL.revokeObjectURL(url);
  const save = Object.assign(document.createElement("a"), { href: sheet.toDataURL("image/png"), download: `${link.dataset.png}.png` });
  save.click();
}

/** @param {ParentNode} root */
function begin(root) {
  for (const plot of root.querySelectorAll("svg[data-plot]")) follow(plot);
  for (const button of root.querySelectorAll("[data-toggle]")) button.addEventListener("click", () => toggle(button.dataset.toggle));
  for (const link of root.querySelectorAll("[data-png]")) link.addEventListener("click", (event) => { event.preventDefault(); png(link); });
  apply();
}
begin(document);
document.addEventListener("part", (event) => begin(event.detail));
document.documentElement.dataset.charts = "ready";
