// Find something as you type: arrows choose, Enter takes, Escape closes.
// @ts-check
import { json } from "./net.js";

/**
 * Make the field `find` a search over an address.
 * @param {string} source address that takes `text`
 * @param {(node: any) => void} take what to do with the one that is chosen
 * @param {(node: any) => string} [href] where a link to it leads, for those who open it elsewhere
 */
export function combobox(source, take, href) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById("find"));
  const list = /** @type {HTMLElement} */ (document.getElementById("found"));
  /** @type {any[]} */
  let nodes = [];
  let asked = 0;
  let pause = 0;

  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const options = () => [...list.querySelectorAll("[role=option]")];
  const at = () => options().findIndex((item) => item.getAttribute("aria-selected") === "true");

  /** @param {string} text @param {string} problem */
  const show = (text, problem) => {
    const chosen = list.querySelector("[aria-selected=true]")?.getAttribute("data-key");
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
      const name = href ? document.createElement("a") : document.createElement("span");
      if (name instanceof HTMLAnchorElement && href) { name.href = href(node); name.tabIndex = -1; }
      name.className = "name";
      name.textContent = node.label;
      const kind = document.createElement("span");
      kind.className = "quiet";
      kind.textContent = ` ${node.kind === "publication" ? "paper" : node.kind}${node.year ? `, ${node.year}` : ""}`;
      item.append(name, kind);
      if (!href) item.addEventListener("click", () => { close(); take(node); });
      return item;
    }));
    if (!nodes.length) {
      const none = document.createElement("li");
      none.className = "quiet";
      none.textContent = problem || "nothing in the store holds this";
      list.append(none);
    }
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  };

  const look = async () => {
    const text = field.value.trim();
    const mine = ++asked;
    if (!text) { close(); return; }
    let problem = "";
    /** @type {any[]} */
    let found = [];
    try { found = await json(`${source}?text=${encodeURIComponent(text)}`); } catch (error) { problem = error instanceof Error ? error.message : String(error); }
    if (mine !== asked) return;
    nodes = found;
    show(text, problem);
  };

  /** @param {number} by */
  const step = (by) => {
    const items = options();
    if (!items.length) return;
    const next = items[(at() + by + items.length) % items.length];
    items.forEach((item) => item.setAttribute("aria-selected", String(item === next)));
    field.setAttribute("aria-activedescendant", next.id);
  };

  field.addEventListener("input", () => { clearTimeout(pause); pause = window.setTimeout(look, 120); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Enter" && !list.hidden && nodes.length) { event.preventDefault(); close(); take(nodes[Math.max(0, at())]); }
  });
  document.addEventListener("click", (event) => { if (event.target instanceof Element && !event.target.closest(".find")) close(); });
}
