// Says what to do, before Node fails on TypeScript syntax with a stack trace.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `Henji needs Node 24 or later; this is ${process.versions.node}.\n` +
      "On Linux and Windows `npm ci` brings it along. On macOS install it first: https://nodejs.org",
  );
  process.exit(1);
}
