// What a chosen node rests on. Everything is put in as text nodes: what papers and models say is never markup.
// @ts-check
import { json } from "./net.js";

/**
 * What the server says of a node: its facts are numbers by name.
 * @typedef {{key: string, id: string, kind: string, label: string, theme?: string, doi?: string} & Record<string, any>} Told
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [text] @param {Record<string, string | number>} [attributes]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

const figure = (/** @type {unknown} */ value) => (typeof value === "number" ? value.toFixed(2) : "–");
/** @param {Record<string, string | number>} values */
export const graphAddress = (values) => `/graph?${new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]))}`;

/** @param {Told} node @returns {string | null} */
export function address(node) {
  if (node.kind === "hypothesis") return `/hypotheses/${encodeURIComponent(node.id)}`;
  if (node.kind === "keyword") return `/keywords/${encodeURIComponent(node.id)}`;
  if (node.kind === "alloy") return `/alloys/${encodeURIComponent(node.id)}`;
  return node.doi ? `https://doi.org/${encodeURIComponent(node.doi)}` : null;
}

/** @param {string} doi @param {string} [text] */
function paper(doi, text) {
  return element("a", text || doi, { href: `https://doi.org/${encodeURIComponent(doi)}`, rel: "noreferrer" });
}

/** @param {number} yes @param {number} unknown @param {number} no */
export function bar(yes, unknown, no) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  const set = (/** @type {Element} */ part, /** @type {Record<string, string | number>} */ values) => { for (const [name, value] of Object.entries(values)) part.setAttribute(name, String(value)); };
  set(made, { class: "mass", viewBox: "0 0 100 8", preserveAspectRatio: "none", role: "img", "aria-label": `for ${figure(yes)}, unknown ${figure(unknown)}, against ${figure(no)}` });
  let x = 0;
  for (const [kind, share] of /** @type {[string, number][]} */ ([["for", yes], ["unknown", unknown], ["against", no]])) {
    const part = document.createElementNS(space, "rect");
    const width = Math.min(Math.max(Number(share) || 0, 0), 1 - x); // what goes beyond the bar is cut off, what is missing has no length
    set(part, { class: `m-${kind}`, x: 100 * x, width: 100 * width, height: 8 });
    made.append(part);
    x += width;
  }
  return made;
}

/** @param {Told[]} nodes @param {string} [kind] */
export function listed(nodes, kind = "plain") {
  const list = element(kind === "steps" ? "ol" : "ul", undefined, { class: kind });
  for (const node of nodes) {
    const item = element("li");
    const target = address(node);
    item.append(target ? element("a", node.label, { href: target }) : node.label, element("span", ` ${node.theme || node.kind}`, { class: "quiet" }));
    list.append(item);
  }
  return list;
}

/** @param {{e: any, kind: string}} row */
function piece({ e, kind }) {
  const made = element("div", undefined, { class: "piece" });
  const supports = kind === "SUPPORTS";
  made.append(element("span", supports ? "supports" : "refutes", { class: `tag ${supports ? "good" : "bad"}` }), ` ${e.source ?? ""} `);
  if (e.substitution) made.append(element("span", `${e.substitution}${e.from_alloy ? ` from ${e.from_alloy}` : ""} `, { class: "quiet" }));
  if (e.doi) made.append(paper(e.doi)); else if (e.row) made.append(element("span", e.row, { class: "quiet" }));
  const bars = element("div", undefined, { class: "bars" });
  bars.append(element("span", "before", { class: "quiet" }), bar(e.m_for, e.m_unknown, e.m_against), element("span", "after", { class: "quiet" }), bar(e.d_for, e.d_unknown, e.d_against));
  made.append(bars, element("div", `for ${figure(e.m_for)} → ${figure(e.d_for)}, against ${figure(e.m_against)} → ${figure(e.d_against)}, unknown ${figure(e.m_unknown)} → ${figure(e.d_unknown)}`, { class: "quiet num" }));
  if (e.passage) made.append(element("blockquote", e.passage));
  if (e.answer) {
    const answer = element("details");
    answer.append(element("summary", `${e.model ?? "The model"} answered`), element("pre", e.answer));
    made.append(answer);
  }
  return made;
}

/** @param {any} p */
function quoted(p) {
  const made = element("div", undefined, { class: "piece" });
  const supports = p.kind === "SUPPORTS";
  made.append(element("span", supports ? "supports" : "refutes", { class: `tag ${supports ? "good" : "bad"}` }));
  if (p.passage) made.append(element("blockquote", p.passage));
  made.append(p.doi ? paper(p.doi, p.title) : element("span", p.title || p.key || ""));
  return made;
}

/** @param {{kind: string, id: string}} node @returns {Promise<HTMLElement[]>} */
export async function restsOn(node) {
  if (node.kind !== "hypothesis" && node.kind !== "alloy") return [];
  const { evidence = [], passages = [], comparisons = [] } = await json(`/api/v1/${node.kind === "alloy" ? "alloys" : "hypotheses"}/${encodeURIComponent(node.id)}`);
  /** @type {HTMLElement[]} */
  const parts = [];
  if (passages.length) parts.push(element("h3", "Passages"), ...passages.slice(0, 5).map(quoted));
  if (evidence.length) parts.push(element("h3", "Evidence: mass before and after discounting"), ...evidence.slice(0, 8).map(piece));
  const said = comparisons.filter((/** @type {any} */ c) => c.answer && c.valid).slice(-3);
  if (said.length) {
    parts.push(element("h3", "What judges answered, latest"));
    for (const c of said) parts.push(element("div", `${c.judge ?? "judge"}: ${c.answer} (first better with ${figure(c.probability_first)})`, { class: "piece" }));
  }
  return parts;
}

/** @type {Record<string, string>} */
const FACTS = { probability_best: "probability of being best", belief: "belief", plausibility: "plausibility", ignorance: "unknown", conflict: "conflict of its sources", potential: "potential", novelty: "novelty", pignistic: "probability of a single phase", df: "papers", community: "community", year: "year" };

/** @param {Record<string, any>} node */
export function facts(node) {
  const list = element("dl");
  for (const [name, text] of Object.entries(FACTS)) {
    if (typeof node[name] === "number") list.append(element("dt", text), element("dd", Number.isInteger(node[name]) && ["df", "community", "year"].includes(name) ? String(node[name]) : figure(node[name])));
  }
  return list;
}
