/** Debian's, unless told otherwise. */
export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** For a container without a sandbox, a graphics card or the internet. */
export const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
