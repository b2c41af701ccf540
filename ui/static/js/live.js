"use strict";
// Follow something that is under way: ask for this page again and take its live part, until it says that it has ended.
const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

async function again(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (answer.ok && fresh) part.replaceWith(document.adoptNode(fresh));
  } catch { await wait(4000); }
}

async function follow() {
  const live = () => document.getElementById("live");
  if (!live()?.dataset.live) return;
  while (live()?.dataset.live) {
    await wait(Number(live().dataset.live) || 2000);
    await again(live());
  }
  await wait(5000); // logs are sent in batches: the last lines come after the state
  if (live()) await again(live());
}

follow();
