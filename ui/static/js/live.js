"use strict";
// Follow something that is under way: ask for this page again and take its live part, until it says that it has ended.
const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

async function follow() {
  for (let part = document.getElementById("live"); part?.dataset.live; part = document.getElementById("live")) {
    await wait(Number(part.dataset.live) || 2000);
    if (document.hidden || part.contains(document.activeElement)) continue;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (answer.ok && fresh) part.replaceWith(document.adoptNode(fresh));
    } catch { await wait(4000); }
  }
}

follow();
