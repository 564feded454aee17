import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Windows has no signal that could be sent in place of Ctrl-C.
const testWithSignals = test.skipIf(process.platform === "win32");

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function start(...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  return { child, output: () => output };
}

testWithSignals("starts, prints how to use it, and stops cleanly on Ctrl-C", async () => {
  const { child, output } = start("--port", "0", "--token", "my-token");
  while (!output().includes("Ctrl-C")) await once(child.stdout, "data");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output())![0];
  expect(output()).toContain("my-token");
  const headers = { authorization: "Bearer my-token" };
  expect((await fetch(`${url}/v2/bot/info`, { headers })).status).toBe(200);
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output()).toContain("Stopped.");
});

test("prints its help, and says what is wrong with a flag", async () => {
  const help = start("--help");
  expect(await once(help.child, "close")).toEqual([0, null]);
  expect(help.output()).toContain("--webhook");
  const wrong = start("--port", "http");
  expect(await once(wrong.child, "close")).toEqual([1, null]);
  expect(wrong.output()).toContain('--port takes a whole number, not "http"');
});
