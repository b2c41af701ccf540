// Tables: sorted by a click on a column's name, columns left out on request, rows filtered by words, sheets printed.
// @ts-check
import { kept, keep } from "./store.js";

/** @param {string} text */
const number = (text) => Number.parseFloat(text.replaceAll(",", "").replace("\u2212", "-"));

/** @param {HTMLTableElement} table */
function sortable(table) {
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => {
        const text = (row.cells[column]?.textContent ?? "").trim();
        const value = number(text);
        return { row, by: head.classList.contains("n") ? (Number.isNaN(value) ? -Infinity : value) : text.toLowerCase() };
      });
      rows.sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0) * (down ? -1 : 1));
      body.append(...rows.map(({ row }) => row));
    });
  });
}

const FEW = 7; // tables of fewer columns are taken in at a glance

/** Let a reader leave columns out; the choice is kept in this browser. @param {HTMLTableElement} table */
function choosable(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const names = heads.map((head) => (head.textContent ?? "").trim());
  if (heads.length < FEW || (table.tBodies[0]?.rows.length ?? 0) < 3) return;
  const region = table.closest(".scroll") ?? table;
  const name = `columns of ${location.pathname.split("/")[1]}: ${table.dataset.columns ?? region.getAttribute("aria-label") ?? names.join()}`;
  const left = new Set(/** @type {string[]} */ (kept(name, [])));
  const show = () => {
    for (const row of table.rows) if (row.cells.length === heads.length) names.forEach((head, i) => { row.cells[i].hidden = i > 0 && left.has(head); });
    summary.textContent = left.size ? `Columns: ${heads.length - [...left].filter((head) => names.indexOf(head) > 0).length} of ${heads.length}` : "Columns";
  };
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const list = document.createElement("div");
  details.className = "choose small noprint";
  names.forEach((head, i) => {
    if (!i || !head) return;
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !left.has(head) });
    box.addEventListener("change", () => { if (box.checked) left.delete(head); else left.add(head); keep(name, [...left]); show(); });
    label.append(box, ` ${head}`);
    list.append(label);
  });
  details.append(summary, list);
  region.before(details);
  show();
}

/** @param {ParentNode} root */
function all(root) {
  for (const table of root.querySelectorAll("table.sortable")) if (table instanceof HTMLTableElement) { choosable(table); sortable(table); }
}
all(document);
document.addEventListener("part", (event) => { if (event instanceof CustomEvent) all(event.detail); });
document.addEventListener("click", (event) => { if (event.target instanceof Element && event.target.closest("[data-print]")) window.print(); });

// A field that shows only the rows of a table that hold its words; what is ticked stays.
for (const field of document.querySelectorAll("input[data-filter]")) {
  if (!(field instanceof HTMLInputElement)) continue;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll(`${field.dataset.filter} tbody tr`)) {
      if (!(row instanceof HTMLElement)) continue;
      const text = (row.textContent ?? "").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word)) && !row.querySelector("input:checked");
    }
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
