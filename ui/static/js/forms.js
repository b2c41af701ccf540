// Every form that changes something is sent from here: once, with what is wrong beside the hand, and nothing typed is lost.
// @ts-check
import { ask, Refused } from "./net.js";
import { localise } from "./times.js";

const SKIPPED = new Set(["csrf", "once", "file", "token"]);
const token = () => crypto.randomUUID().replaceAll("-", "");

// A field may be named `method` or `action` and then hides what the form says of itself: its attributes are asked.
/** @param {HTMLFormElement} form */
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";

/** @param {HTMLFormElement} form */
const place = (form) => `kept ${location.pathname} ${form.getAttribute("action") ?? ""} ${form.querySelector("[name=id]")?.getAttribute("value") ?? ""}`;

/** @param {string} tag @param {string} text @param {Record<string, string>} [attributes] */
function made(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @param {HTMLFormElement} form */
function clear(form) {
  form.querySelectorAll(":scope .wrong").forEach((told) => told.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLElement | null} */
function field(form, name) {
  if (!name) return null;
  const found = form.elements.namedItem(name) ?? form.elements.namedItem(`value:${name}`) ?? form.elements.namedItem(`p.${name.split(".").at(-1)}`);
  const first = found instanceof RadioNodeList ? found[0] : found;
  return first instanceof HTMLElement && first.getAttribute("type") !== "hidden" ? first : null;
}

/**
 * Say what is wrong, beside the field at fault or else beside the button that was pressed.
 * @param {HTMLFormElement} form @param {HTMLElement | null} button @param {Refused} refused
 */
function say(form, button, refused) {
  const told = made("p", refused.message, { class: "wrong", role: "alert", id: `w${token().slice(0, 8)}` });
  const at = field(form, refused.field);
  if (at) {
    at.setAttribute("aria-invalid", "true");
    at.setAttribute("aria-describedby", told.id);
    (at.closest("label") ?? at).after(told);
    at.focus();
    return;
  }
  if (refused.gone) {
    const again = made("button", "Send again", { type: "button", class: "small" });
    again.addEventListener("click", () => { void submit(form, button); });
    told.append(" ", again);
  }
  (button?.closest(".links") ?? button ?? form.lastElementChild ?? form).after(told);
}

/** @param {HTMLFormElement} form */
function keep(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIPPED.has(name));
  try { sessionStorage.setItem(place(form), JSON.stringify(typed)); } catch { /* a browser that keeps nothing */ }
}

/** @param {HTMLFormElement} form @param {[string, string][]} typed */
function fill(form, typed) {
  for (const [name, value] of typed) {
    const found = form.elements.namedItem(name);
    if (found instanceof HTMLInputElement && (found.type === "checkbox" || found.type === "hidden")) continue;
    if (found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement || found instanceof HTMLSelectElement || found instanceof RadioNodeList) found.value = value;
  }
}

/**
 * What was typed into the forms of a part and is not sent yet, by the place of the form.
 * @param {ParentNode} part @param {HTMLFormElement} sent
 */
function unsent(part, sent) {
  /** @type {Map<string, [string, string][]>} */
  const found = new Map();
  for (const form of part.querySelectorAll("form")) {
    if (form === sent || !posts(form)) continue;
    const fields = [...form.elements].filter((one) => (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement) && one.name && !SKIPPED.has(one.name)
      && one.type !== "checkbox" && one.type !== "radio" && one.value !== one.defaultValue);
    if (fields.length) found.set(place(form), fields.map((one) => { const at = /** @type {HTMLInputElement} */ (one); return [at.name, at.value]; }));
  }
  return found;
}

/** Fill forms that could not be sent when this page was last open. */
function restore() {
  for (const form of document.forms) {
    const kept = sessionStorage.getItem(place(form));
    if (!kept || !posts(form)) continue;
    fill(form, JSON.parse(kept));
    form.append(made("p", "This was typed before and has not reached the server yet. Send it again when you are ready.", { class: "wrong calm", role: "status" }));
  }
}

/** @param {HTMLFormElement} form @param {string} html */
function show(form, html) {
  const part = document.querySelector(form.dataset.part ?? "#part");
  if (!part) { location.reload(); return; }
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const typed = unsent(part, form); // somebody types on while an answer is under way
  part.replaceChildren(...(fresh.querySelector(form.dataset.part ?? "#part") ?? fresh.body).childNodes);
  for (const one of part.querySelectorAll("form")) fill(one, typed.get(place(one)) ?? []);
  localise(part);
  document.dispatchEvent(new CustomEvent("part", { detail: part }));
  const told = part.querySelector("[data-told]");
  if (told instanceof HTMLElement) { told.tabIndex = -1; told.focus({ preventScroll: true }); told.scrollIntoView({ block: "nearest" }); }
}

/** @param {string} to */
function go(to) {
  const there = new URL(to, location.href);
  const here = there.pathname === location.pathname && there.search === location.search;
  if (here) { history.replaceState(null, "", there); location.reload(); } else location.assign(there);
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function submit(form, button) {
  if (form.dataset.sending) return;
  if (form.dataset.confirm && !form.dataset.sure && !window.confirm(form.dataset.confirm)) return;
  const data = new FormData(form, button?.getAttribute("name") ? button : null);
  const buttons = [...form.querySelectorAll("button")].filter((one) => !one.disabled);
  form.dataset.sending = "1";
  form.dataset.once ||= token();
  clear(form);
  buttons.forEach((one) => { one.disabled = true; });
  form.classList.add("sending");
  try {
    const body = form.getAttribute("enctype") === "multipart/form-data" ? data : new URLSearchParams(/** @type {any} */ (data));
    const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
    const answer = await ask(action, { method: "POST", body, headers: { "X-Form": "1", "X-Once": form.dataset.once } });
    sessionStorage.removeItem(place(form));
    delete form.dataset.once;
    if (answer.headers.get("content-type")?.startsWith("application/json")) go((await answer.json()).go ?? location.href);
    else show(form, await answer.text());
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(String(error));
    if (refused.gone) keep(form); else delete form.dataset.once;
    buttons.forEach((one) => { one.disabled = false; });
    say(form, button, refused);
  } finally {
    delete form.dataset.sending;
    form.classList.remove("sending");
    buttons.forEach((one) => { one.disabled = false; });
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !posts(form) || "plain" in form.dataset) return;
  event.preventDefault();
  void submit(form, event.submitter);
});
document.addEventListener("input", (event) => {
  const at = event.target;
  if (at instanceof HTMLElement && at.getAttribute("aria-invalid")) {
    document.getElementById(at.getAttribute("aria-describedby") ?? "")?.remove();
    at.removeAttribute("aria-invalid");
  }
});

// A list of rows that grows: a button with data-more copies the template that it names.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-more], [data-less]") : null;
  if (!(button instanceof HTMLElement)) return;
  if (button.dataset.less !== undefined) { button.closest("[data-row]")?.remove(); return; }
  const template = document.getElementById(button.dataset.more ?? "");
  if (!(template instanceof HTMLTemplateElement)) return;
  button.before(template.content.cloneNode(true));
  const row = button.previousElementSibling?.querySelector("input");
  row?.focus();
});
restore();
document.documentElement.dataset.forms = "ready";
