// What a reader chose, kept in this browser; where it keeps nothing, the choice holds for the page.
// @ts-check

/**
 * @template T
 * @param {string} name @param {T} otherwise @returns {T}
 */
export function kept(name, otherwise) {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? "null");
    return found !== null && typeof found === typeof otherwise && Array.isArray(found) === Array.isArray(otherwise) ? found : otherwise;
  } catch { return otherwise; }
}

/** @param {string} name @param {unknown} value */
export function keep(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* private windows keep nothing */ }
}
