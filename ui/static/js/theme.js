// Light, dark or as the system says: kept in this browser, set before the page is painted.
// A plain script and not a module: a module would come after the first paint.
// @ts-check
"use strict";
{
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme") || "system"; } catch { return "system"; } };
  const set = (/** @type {string} */ theme) => { if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme; };
  set(read());
  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.getElementById("theme");
    if (!(choice instanceof HTMLSelectElement)) return;
    choice.value = read();
    choice.addEventListener("change", () => {
      try { localStorage.setItem("theme", choice.value); } catch { /* kept for this page only */ }
      set(choice.value);
      document.dispatchEvent(new CustomEvent("theme"));
    });
  });
}
