import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

type Step = { uses?: string; run?: string; if?: string; with?: Record<string, unknown> };
type Job = {
  "runs-on": string;
  strategy: { matrix: { include: { os: string; node: number }[] } };
  steps: Step[];
};

const workflow: { permissions: object; jobs: Record<string, Job> } = parse(
  read(".github/workflows/test.yml"),
);
const job = workflow.jobs.readme!;

test("the workflow runs the README's commands on Linux, Windows and macOS", () => {
  const commands = [...read("README.md").matchAll(/^(npm ci && .*)$/gm)].flatMap(([, line]) =>
    line!.split(" && "),
  );
  expect([...new Set(commands)].sort()).toEqual(["npm ci", "npm start", "npm test"]);
  const lines = job.steps.flatMap(({ run = "" }) => run.split("\n").map((line) => line.replace(/ &$/, "")));
  for (const command of commands) expect(lines).toContain(command);
  expect(job.steps.some(({ run, if: only }) => only !== undefined && commands.includes(run!))).toBe(false);
  expect(job["runs-on"]).toBe("${{ matrix.os }}");
  const systems = job.strategy.matrix.include.map(({ os }) => os.replace(/-.*/, ""));
  expect(systems.sort()).toEqual(["macos", "ubuntu", "windows"]);
});

test("the workflow may only read, keeps no credentials, and names the version of each action and runner", () => {
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(Object.values(workflow.jobs).every((one) => !("permissions" in one))).toBe(true);
  const actions = job.steps.flatMap(({ uses }) => uses ?? []);
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
  const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
  expect(checkout?.with).toEqual({ "persist-credentials": false });
  for (const { os } of job.strategy.matrix.include) expect(os).toMatch(/-\d+/);
});
