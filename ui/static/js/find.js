"use strict";
// Find a node as you type: arrows choose, Enter opens its neighbourhood, Escape closes.
const field = document.getElementById("find");
const list = document.getElementById("found");
let asked = 0;
let pause;

function close() {
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function show(nodes, text) {
  const chosen = list.querySelector("[aria-selected=true]")?.dataset.key;
  field.removeAttribute("aria-activedescendant");
  list.dataset.text = text;
  list.replaceChildren(...nodes.map((node, i) => {
    const item = document.createElement("li");
    item.id = `found-${i}`;
    item.dataset.key = node.key;
    item.setAttribute("role", "option");
    // An answer to more letters keeps the choice that was made among those to fewer.
    item.setAttribute("aria-selected", String(node.key === chosen));
    if (node.key === chosen) field.setAttribute("aria-activedescendant", item.id);
    const link = document.createElement("a");
    const from = new URL(location.href).searchParams.get("from");
    const seek = from && from !== node.key ? { focus: from, to: node.key, hops: 0 } : { focus: node.key, hops: 1, node: node.key };
    link.href = `/graph?${new URLSearchParams(seek)}`;
    link.tabIndex = -1;
    link.textContent = node.label;
    const kind = document.createElement("span");
    kind.className = "quiet";
    kind.textContent = ` ${node.kind}`;
    item.append(link, kind);
    return item;
  }));
  if (!nodes.length) {
    const none = document.createElement("li");
    none.className = "quiet";
    none.textContent = "nothing found";
    list.append(none);
  }
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
}

async function look() {
  const text = field.value.trim();
  const mine = ++asked;
  if (!text) { close(); return; }
  const answer = await fetch(`/api/v1/graph/search?text=${encodeURIComponent(text)}`);
  if (mine === asked && answer.ok) show(await answer.json(), text);
}

function step(by) {
  const items = [...list.querySelectorAll("[role=option]")];
  if (!items.length) return;
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const next = items[(at + by + items.length) % items.length];
  items.forEach((item) => item.setAttribute("aria-selected", String(item === next)));
  field.setAttribute("aria-activedescendant", next.id);
}

field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, 120); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
  else if (event.key === "Enter") {
    const chosen = list.querySelector("[aria-selected=true] a") || list.querySelector("a");
    if (!list.hidden && chosen) { event.preventDefault(); location.href = chosen.href; }
  }
});
document.addEventListener("click", (event) => { if (!event.target.closest(".find")) close(); });
