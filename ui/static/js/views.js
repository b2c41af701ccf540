// Views that a reader keeps by name: the address holds everything that is chosen, so a view is an address.
// @ts-check
import { kept, keep } from "./store.js";

/** @typedef {{name: string, at: string}} View */
const MOST = 50;
const menu = document.getElementById("views");
const box = menu?.querySelector("div");
const read = () => /** @type {View[]} */ (kept("views", [])).filter((one) => typeof one?.name === "string" && typeof one?.at === "string" && one.at.startsWith("/") && !one.at.startsWith("//"));

function draw() {
  if (!box) return;
  const list = document.createElement("ul");
  list.className = "bare";
  for (const view of read()) {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: view.at, textContent: view.name });
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: "×" });
    drop.setAttribute("aria-label", `Forget the view ${view.name}`);
    drop.addEventListener("click", () => { keep("views", read().filter((one) => one.name !== view.name)); draw(); });
    item.append(link, drop);
    list.append(item);
  }
  const name = Object.assign(document.createElement("input"), { maxLength: 80, placeholder: document.title.replace(" · hypograph", "").slice(0, 60) });
  name.setAttribute("aria-label", "Name of this view");
  const add = Object.assign(document.createElement("button"), { type: "button", textContent: "Keep this view" });
  const take = () => {
    const view = { name: name.value.trim() || name.placeholder || location.pathname, at: location.pathname + location.search };
    keep("views", [...read().filter((one) => one.name !== view.name), view].slice(-MOST));
    draw();
  };
  add.addEventListener("click", take);
  name.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });
  const row = document.createElement("p");
  row.append(name, add);
  box.replaceChildren(list, row);
}

if (menu) {
  menu.hidden = false;
  draw();
}
