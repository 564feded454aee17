import { isLoopback } from "@henji/loopback";

/**
 * Whether a request comes from this page itself. Any web page can make a browser send requests to
 * loopback: its own name in `Origin` gives it away, and, with a name of its own that points
 * to 127.0.0.1, the `Host`. The port may differ, as behind a forwarded one.
 */
export function isOwn({ url, method, headers }: Request): boolean {
  if (!isLoopback(url)) return false;
  const { host } = new URL(url);
  const origin = headers.get("origin");
  if (origin !== null) return origin === `http://${host}` || origin === `https://${host}`;
  // A link on another site may open the page, but not act on it.
  const site = headers.get("sec-fetch-site");
  const opensPage = method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  return site === null || site === "same-origin" || site === "none" || opensPage;
}
