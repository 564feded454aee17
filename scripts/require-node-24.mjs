// Says what to do, before Node fails on TypeScript syntax with a stack trace.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  const npm = /\bnpm\/(\d+)\S*/.exec(process.env.npm_config_user_agent ?? "");
  const isOldNpm = npm !== null && Number(npm[1]) < 11;
  const remedy = isOldNpm
    ? `This is ${npm[0].replace("/", " ")}, which downloads the Node 24 of this project without linking it. Run: npm install -g npm@11 && npm ci`
    : "On Linux and Windows run `npm ci` first: it brings Node 24 along. On macOS install it: https://nodejs.org";
  console.error(`Henji needs Node 24 or later; this is ${process.versions.node}.\n${remedy}`);
  process.exit(1);
}
