// Sort a table by a click on a column's name; numbers by value, text by letters.
const number = (text) => Number.parseFloat(text.replaceAll(",", "").replace("\u2212", "-"));

/** @param {HTMLTableElement} table */
function sortable(table) {
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      const valueOf = (row) => {
        const text = row.cells[column].textContent.trim();
        const value = number(text);
        return head.classList.contains("n") ? (Number.isNaN(value) ? -Infinity : value) : text.toLowerCase();
      };
      rows.sort((a, b) => (valueOf(a) < valueOf(b) ? -1 : valueOf(a) > valueOf(b) ? 1 : 0) * (down ? -1 : 1));
      table.tBodies[0].append(...rows);
    });
  });
}

/** @param {ParentNode} root */
const all = (root) => root.querySelectorAll("table.sortable").forEach(sortable);
all(document);
document.addEventListener("part", (event) => all(event.detail));

// A field that shows only the rows of a table that hold its words; what is ticked stays.
for (const field of document.querySelectorAll("input[data-filter]")) {
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll(`${field.dataset.filter} tbody tr`)) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word)) && !row.querySelector("input:checked");
    }
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
