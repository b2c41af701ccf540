// One way to ask the server: an answer, or a sentence that says why there is none.
// @ts-check

/** No answer that can be used; `field` names the field at fault, `gone` says that nobody answered. */
export class Refused extends Error {
  /** @param {string} text @param {{field?: string, gone?: boolean, status?: number}} [about] */
  constructor(text, { field = "", gone = false, status = 0 } = {}) {
    super(text);
    this.field = field;
    this.gone = gone;
    this.status = status;
  }
}

const GONE = "The server does not answer, so nothing was done. What you typed is still here.";
const SLOW = "The server is taking longer than anybody waits. What you typed is still here; sending it again does nothing twice.";

/**
 * Ask, and return an answer that is good.
 * @param {string} url
 * @param {RequestInit} [options]
 * @param {number} [patience] milliseconds
 * @returns {Promise<Response>}
 */
export async function ask(url, options = {}, patience = 90_000) {
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(patience) });
  } catch (error) {
    throw new Refused(error instanceof DOMException && error.name === "TimeoutError" ? SLOW : GONE, { gone: true });
  }
  if (answer.ok) {
    if (answer.redirected && new URL(answer.url).pathname === "/login") throw new Refused("You are signed out. Sign in in another tab, then send this again.", { gone: true });
    return answer;
  }
  /** @type {{detail?: unknown, field?: string}} */
  let said = {};
  try { said = await answer.json(); } catch { /* not for us: the status says enough */ }
  const text = typeof said.detail === "string" ? said.detail : `The server refused (${answer.status}).`;
  throw new Refused(text, { field: said.field, status: answer.status, gone: answer.status === 502 || answer.status === 503 || answer.status === 504 });
}

/**
 * Ask for JSON.
 * @param {string} url
 * @returns {Promise<any>}
 */
export const json = async (url) => (await ask(url)).json();
