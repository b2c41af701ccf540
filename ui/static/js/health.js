// Ask for the health of store and orchestrator after the page is there: neither may hold it up.
// @ts-check
import { json } from "./net.js";

const list = /** @type {HTMLElement} */ (document.getElementById("health"));

/** @param {boolean} good @param {string} name @param {string} text */
function line(good, name, text) {
  const item = document.createElement("li");
  const tag = document.createElement("span");
  tag.className = `tag ${good ? "good" : "warn"}`;
  tag.textContent = good ? "up" : "not running";
  item.append(tag, ` ${name} `);
  const said = document.createElement("span");
  said.className = "quiet";
  said.textContent = text;
  item.append(said);
  return item;
}

async function ask() {
  try {
    const { store, prefect, version } = await json(list.dataset.source ?? "/api/v1/health");
    list.replaceChildren(
      line(store.reachable, "graph store", store.reachable ? `${store.kind}, schema ${store.schema}, answers in ${store.milliseconds} ms` : store.problem),
      line(prefect.answers, "schedules", prefect.answers ? `Prefect at ${prefect.address}, ${prefect.deployments} deployments` : prefect.problem),
      line(true, "pages", `hypograph ${version}`),
    );
  } catch {
    list.replaceChildren(line(false, "pages", "The server that gave this page does not answer any more. Start it with `hypograph ui`."));
  }
}

ask();
