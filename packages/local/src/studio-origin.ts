import type { IncomingMessage } from "node:http";

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Whether a request comes from this page itself. Any web page can make a browser send requests to
 * loopback: its own name in `Origin` gives it away, and, with a name of its own that points
 * to 127.0.0.1, the `Host`. The port may differ, as behind a forwarded one.
 */
export function isOwn({ headers, method }: IncomingMessage): boolean {
  const { host = "", origin } = headers;
  if (!loopback.test(host)) return false;
  if (origin !== undefined) return origin === `http://${host}` || origin === `https://${host}`;
  // A link on another site may open the page, but not act on it.
  const site = headers["sec-fetch-site"];
  const opensPage = method === "GET" && headers["sec-fetch-mode"] === "navigate";
  return site === undefined || site === "same-origin" || site === "none" || opensPage;
}
