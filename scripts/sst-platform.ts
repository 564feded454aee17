/**
 * Installs `.sst/platform` (SST's types, components and providers) unless it is complete and of the version
 * in package.json. The type check of `stacks/` and its tests read it. It needs the npm registry, but no
 * AWS account.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const platform = join(root, ".sst/platform");

const pinned: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.sst;

/** npm writes its hidden lock file last, so an interrupted install has none. */
const isComplete = () =>
  [".sst/provider-lock.json", ".sst/platform/version", ".sst/platform/node_modules/.package-lock.json"].every(
    (file) => existsSync(join(root, file)),
  ) && readFileSync(join(platform, "version"), "utf8").trim() === pinned;

if (!isComplete()) {
  console.log(`Installing SST ${pinned}'s platform into .sst (once, about 40 seconds)…`);
  // npm adds missing packages, but not missing files of one, so an incomplete platform is deleted.
  rmSync(platform, { recursive: true, force: true });
  const install = spawnSync(
    process.execPath,
    [join(root, "node_modules/sst/bin/sst.mjs"), "install", "--stage", "ci"],
    {
      cwd: root,
      encoding: "utf8",
      env: {
        ...process.env,
        SST_SKIP_DEPENDENCY_CHECK: "1", // no Pulumi binary: nothing is deployed from here
        SST_NO_BUN: "1", // npm is here already
        SST_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
      },
    },
  );
  if (install.status !== 0 || !isComplete()) {
    console.error(`${install.stdout ?? ""}${install.stderr ?? ""}${install.error ?? ""}`);
    console.error("`sst install` failed; see .sst/log. It needs the npm registry and about 350 MB of disk.");
    process.exit(1);
  }
}
