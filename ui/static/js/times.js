// Times in the zone of whoever reads; the page itself says them in UTC.
// @ts-check
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** @param {ParentNode} root */
export function localise(root) {
  for (const mark of root.querySelectorAll("time[datetime]")) {
    const at = new Date(mark.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.valueOf())) continue;
    mark.textContent = short.format(at);
    mark.setAttribute("title", whole.format(at));
  }
  for (const field of root.querySelectorAll("input[data-zone]")) if (field instanceof HTMLInputElement && !field.dataset.kept) field.value = zone;
  for (const mark of root.querySelectorAll("[data-zone-name]")) mark.textContent = zone;
}
localise(document);
