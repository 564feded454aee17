import { isLoopback } from "@henji/loopback";

/**
 * Whether a request comes from this page. Any web page can make a browser send requests to loopback:
 * `Origin` then names that page or, if it used a host name of its own that resolves to 127.0.0.1,
 * `Host` has that name. The port may differ, as with port forwarding.
 */
export function isOwn({ url, method, headers }: Request): boolean {
  if (!isLoopback(url)) return false;
  const { host } = new URL(url);
  const origin = headers.get("origin");
  if (origin !== null) return origin === `http://${host}` || origin === `https://${host}`;
  // A link on another site may open the page, but not send requests to the API.
  const site = headers.get("sec-fetch-site");
  const opensPage = method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  return site === null || site === "same-origin" || site === "none" || opensPage;
}
