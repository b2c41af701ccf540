"use strict";
// Best-so-far with quartile bands, and entropy, for the chosen groups of campaigns.
const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const COLOURS = () => [paint("accent"), paint("against"), paint("for"), paint("keyword"), paint("publication"), paint("quiet")];

function chart(target, title, steps, columns, bands, series) {
  const axis = { stroke: paint("quiet"), grid: { stroke: paint("line"), width: 1 }, ticks: { stroke: paint("line") } };
  return new uPlot({
    width: target.clientWidth - 20, height: 300, bands,
    scales: { x: { time: false } },
    axes: [{ ...axis, label: "experiment" }, { ...axis, label: title }],
    series: [{ label: "experiment" }, ...series],
  }, [steps, ...columns], target);
}

async function compare() {
  const box = document.getElementById("best");
  const answer = await fetch(box.dataset.source);
  if (!answer.ok) { box.textContent = "The campaigns could not be read."; return; }
  const { series } = await answer.json();
  const last = Math.max(...series.map((s) => s.index.at(-1)));
  const steps = Array.from({ length: last }, (_, i) => i + 1);
  const spread = (s, values) => steps.map((i) => { const at = s.index.indexOf(i); return at < 0 ? null : values[at]; });
  const colours = COLOURS();
  const columns = [], shown = [], bands = [];
  series.forEach((s, i) => {
    const stroke = colours[i % colours.length];
    const base = 1 + 3 * i;
    columns.push(spread(s, s.median), spread(s, s.q75), spread(s, s.q25));
    shown.push({ label: `${s.table}, ${s.method}`, stroke, width: 2 }, { label: "75%", stroke: `${stroke}55`, width: 1 }, { label: "25%", stroke: `${stroke}55`, width: 1 });
    bands.push({ series: [base + 1, base + 2], fill: `${stroke}22` });
  });
  chart(box, "best so far", steps, columns, bands, shown);
  chart(document.getElementById("entropy"), "entropy", steps, series.map((s) => spread(s, s.entropy)), [],
    series.map((s, i) => ({ label: `${s.table}, ${s.method}`, stroke: colours[i % colours.length], width: 2 })));
  box.dataset.ready = "1";
}

document.addEventListener("DOMContentLoaded", compare);
