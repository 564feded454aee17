// Types what the documents have to type, in a shell, with other ports and smaller numbers.
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { freePorts } from "../../packages/local/test/npm-start.ts";
import { commands, linesOf, pages } from "./commands.ts";
import { root } from "./documents.ts";

const run = promisify(execFile);

const has = (program: string, ...version: string[]) => spawnSync(program, version).status === 0;
const testWithShell = test.runIf(
  process.platform !== "win32" && has("curl", "--version") && has("openssl", "version"),
);

let running: ChildProcess[] = [];
let directories: string[] = [];
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  [running, directories] = [[], []];
});

/** The blocks of a page in which this is typed. */
function blocksWith(page: string, text: string): string[] {
  const found = pages
    .get(page)!
    .blocks.filter((block) => block.language === "sh" && block.text.includes(text));
  return found.map((block) => block.text);
}

/** Starts a program of this repository, and waits until it says so. */
async function start(file: string, args: string[], ready: RegExp): Promise<RegExpExecArray> {
  const env = { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" };
  const child = spawn(process.execPath, [join(root, file), ...args], { env });
  running.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const found = await expect
    .poll(() => ready.exec(output))
    .toBeTruthy()
    .then(() => ready.exec(output));
  return found!;
}

/** Runs it as it stands, but the first command that fails, or a request that is refused, ends it. */
async function shell(script: string): Promise<string> {
  const strict = 'curl() { command curl --silent --show-error --fail --noproxy "*" "$@"; }';
  const { stdout } = await run("sh", ["-e", "-c", `${strict}\n${script}`]);
  return stdout;
}

describe("a webhook by hand", () => {
  const [byHand = ""] = blocksWith("docs/develop.md", "openssl");
  const [bySimulator = ""] = blocksWith("docs/develop.md", "/_simulator/say");

  testWithShell("gets one answer, however often it comes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "henji-"));
    directories.push(directory);
    const port = await freePorts();
    await start("packages/local/src/main.ts", ["--port", `${port}`, "--state", directory], /is running/);
    const here = (script: string) =>
      script
        .replace("sleep 2\n", "")
        .replaceAll("4650", `${port + 1}`)
        .replaceAll("4651", `${port + 2}`);
    const again = linesOf(byHand).find((line) => line.startsWith("curl -i"))!;
    const said = await shell(`${here(byHand)}\n${again}`);
    expect(said.match(/HTTP\/1\.1 200/g)).toHaveLength(2);

    const who = /^WHO=(\S+)$/m.exec(byHand)![1]!;
    const timeline = `http://127.0.0.1:${port + 2}/_simulator/timeline/${who}`;
    const entries = async () =>
      ((await (await fetch(timeline)).json()) as { by: string }[]).map(({ by }) => by);
    // What was signed by hand is no message of the simulator's.
    await expect.poll(entries).toEqual(["push"]);

    const [variables] = here(byHand).split("curl");
    await shell(`${variables}${here(bySimulator)}`);
    await expect.poll(entries).toEqual(["push", "user", "reply"]);
  });
});

describe("the simulators", () => {
  testWithShell("of LINE does what its page types", async () => {
    const page = "packages/line-simulator/README.md";
    const received: string[] = [];
    const bot = createServer((request, response) => {
      request.on("data", (text) => received.push(`${text}`)).on("end", () => response.end());
    });
    await once(bot.listen(0, "127.0.0.1"), "listening");
    const { port } = bot.address() as { port: number };
    const args = ["--port", "0", "--webhook", `http://127.0.0.1:${port}/webhook`];
    const [url] = await start("packages/line-simulator/src/main.ts", args, /http:\/\/127\.0\.0\.1:\d+/);
    const here = (script: string) => script.replaceAll("http://127.0.0.1:4010", url);

    const blocks = blocksWith(page, "curl").map(here);
    expect(blocks).toHaveLength(3);
    const [first = "", whole = "", push = ""] = blocks;
    expect(await shell(first)).toContain('"text": "Hello"');
    // What a user has unsent has an id, which the page cannot know.
    const user = /^TARO=(\S+)$/m.exec(first)![1]!;
    const [said] = (await (await fetch(`${url}/_simulator/timeline/${user}`)).json()) as [
      { message: { id: string } },
    ];
    await shell(whole.replace("<id of the message>", said.message.id));
    const [variables] = whole.split("\ncurl");
    await shell(`${variables}\n${push}`);
    expect(JSON.stringify(await (await fetch(`${url}/_simulator/timeline/${user}`)).json())).toContain(
      "Hello, Taro",
    );
    await expect.poll(() => received.join()).toMatch(/"type":"unsend"/);
    bot.close();
  });

  testWithShell("of OpenAI does what its page types", async () => {
    const page = "packages/model-simulator/README.md";
    const [begin = ""] = blocksWith(page, "--port 8790");
    const [url] = await start(
      "packages/model-simulator/src/main.ts",
      ["--port", "0"],
      /http:\/\/127\.0\.0\.1:\d+/,
    );
    expect(begin).toContain(`export OPENAI_BASE_URL=http://127.0.0.1:8790/v1`);
    const [faults = ""] = blocksWith(page, "/_simulator/faults");
    expect(await shell(faults.replaceAll("localhost:8790", url))).toContain('"failed"');
  });
});

const simulations = commands.filter(({ line }) => /^npm run simulate -- --(seed|scenario|list)\b/.test(line));

test.each(simulations.map(({ line }) => line))("%s", async (line) => {
  const args = line.replace("npm run simulate -- ", "").split(" ");
  const fewer = args[0] === "--scenario" ? ["--seeds", "2"] : [];
  expect(output("packages/simulation/src/main.ts", ...args, ...fewer)).toMatch(
    /every invariant held|simulated minutes|^crashing-chat /m,
  );
});

const vitests = commands.filter(({ line }) => line.startsWith("npx vitest "));

test.each(vitests.map(({ line }) => line))("%s finds tests", (line) => {
  const [file, ...options] = line.replace(/^npx vitest (run )?/, "").split(" ");
  expect(output("node_modules/vitest/vitest.mjs", "list", file!, ...options)).toContain(file);
});

function output(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, file), ...args], {
    ...{ cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 },
  });
  expect([status, stderr.replace(/^Random numbers.*\n?/gm, "")]).toEqual([0, ""]);
  return stdout;
}
