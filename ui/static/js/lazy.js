// Parts that take a while are asked for when somebody opens them; a form with data-get asks for its part anew.
// @ts-check
import { ask, Refused } from "./net.js";

/** @param {Element} into @param {string} url @param {HTMLFormElement} [form] */
async function load(into, url, form) {
  into.setAttribute("aria-busy", "true");
  form?.querySelectorAll(".wrong").forEach((told) => told.remove());
  try {
    const fresh = new DOMParser().parseFromString(await (await ask(url, { headers: { "X-Form": "1" } })).text(), "text/html");
    into.replaceChildren(...fresh.body.childNodes);
    document.dispatchEvent(new CustomEvent("part", { detail: into }));
  } catch (error) {
    const told = Object.assign(document.createElement("p"), { className: "wrong", textContent: error instanceof Error ? error.message : String(error) });
    told.setAttribute("role", "alert");
    const field = form && error instanceof Refused && error.field ? form.elements.namedItem(error.field) : null;
    if (field instanceof HTMLElement) (field.closest("label") ?? field).after(told);
    else if (form) form.append(told);
    else into.replaceChildren(told);
  } finally { into.removeAttribute("aria-busy"); }
}

/** @param {EventTarget | null} at */
function opened(at) {
  if (!(at instanceof HTMLDetailsElement) || !at.dataset.load || !at.open || at.dataset.loaded) return;
  at.dataset.loaded = "1";
  const into = at.querySelector(".loaded");
  if (into) void load(into, at.dataset.load);
}
document.addEventListener("toggle", (event) => opened(event.target), true);
document.querySelectorAll("details[open]").forEach(opened);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.get) return;
  event.preventDefault();
  const into = form.closest(".loaded");
  if (into) void load(into, `${form.dataset.get}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`, form);
});
