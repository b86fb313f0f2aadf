// The cookie is closed to scripts; the page carries the token in its head.
export const token = () => document.querySelector("meta[name=csrf]")?.content ?? "";

/** POST fields of a form as our own scripts do: the token along, JSON asked for, files as a form sends them. */
export function post(url, fields, headers = {}, signal = undefined) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  let body = new URLSearchParams();
  if (pairs.some(([, value]) => value instanceof Blob)) body = new FormData();
  for (const [name, value] of pairs) body.append(name, value);
  return fetch(url, { method: "POST", credentials: "same-origin", body, signal, headers: { Accept: "application/json", "X-CSRFToken": token(), ...headers } });
}
