// Follow something that is under way: ask for its part of the page again, until it says that it has ended.
// @ts-check
import { ask } from "./net.js";
import { localise } from "./times.js";

/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
const live = () => document.getElementById("live");

function source() {
  const url = new URL(location.href);
  url.searchParams.set("part", "live");
  return url.href;
}

/** @param {HTMLElement} part @param {string} text */
function lost(part, text) {
  const told = part.querySelector(":scope > .lost") ?? document.createElement("p");
  told.className = "notice lost";
  told.setAttribute("role", "status");
  told.textContent = text ? `${text} What is below is as it was; this page keeps asking.` : "";
  if (text) part.prepend(told); else told.remove();
}

/** @param {HTMLElement} part */
async function again(part) {
  if (document.hidden || (part.contains(document.activeElement) && document.activeElement !== part)) return;
  try {
    const page = new DOMParser().parseFromString(await (await ask(source(), {}, 20_000)).text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    part.replaceWith(document.adoptNode(fresh));
    localise(fresh);
    document.dispatchEvent(new CustomEvent("part", { detail: fresh }));
  } catch (error) {
    lost(part, error instanceof Error ? error.message.replace(" What you typed is still here.", "") : String(error));
    await wait(4000);
  }
}

async function follow() {
  if (!live()?.dataset.live) return;
  for (let part = live(); part?.dataset.live; part = live()) {
    await wait(Number(part.dataset.live) || 2000);
    await again(part);
  }
  await wait(5000); // logs are sent in batches: the last lines come after the state
  const part = live();
  if (part) await again(part);
}

void follow();
