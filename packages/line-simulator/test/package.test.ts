import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPackage } from "../build.ts";

const run = promisify(execFile);
const python = spawnSync("python3", ["--version"]).status === 0;
const here = import.meta.dirname;
const root = resolve(here, "../../..");

/** A folder outside this repository with the packed package, and nothing else, installed into it. */
let app: string;
let installed: string;
let packages: string[];

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "line-simulator-"));
  app = join(directory, "app");
  installed = join(app, "node_modules/@henji/line-simulator");
  await buildPackage(join(directory, "built"));
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "type": "module", "private": true }');
  await npm("pack", "../built");
  const [tarball] = readdirSync(app).filter((name) => name.endsWith(".tgz"));
  await npm("install", "--cache", "../empty-cache", `./${tarball}`);
  packages = readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."));
  // What the bot and the compiler need on top.
  for (const name of ["@line/bot-sdk", "@types/node", "express"]) link(name);
  cpSync(join(here, "package"), app, { recursive: true });
  writeFileSync(join(app, "readme.ts"), readmeBlock("ts"));
});

afterAll(() => rmSync(dirname(app), { recursive: true, force: true }));

/** As a user would, without what `npm test` has set for this process, and without a network. */
async function npm(...args: string[]): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  // On Windows npm is a script, which only a shell runs.
  const options = { cwd: app, env, shell: process.platform === "win32" };
  const { stdout } = await run("npm", ["--offline", ...args], options);
  return stdout;
}

/** Makes a package of this repository available to the app, as if it had been installed too. */
function link(name: string): void {
  const path = join(app, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path, "junction");
}

/** The README's code in this language. */
function readmeBlock(language: string): string {
  const readme = readFileSync(join(installed, "README.md"), "utf8");
  const [block, ...more] = readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  expect(more).toEqual([]);
  return block![1]!;
}

test("installs without a network, because it needs no other package", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect(manifest).not.toHaveProperty("private");
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest).not.toHaveProperty("devDependencies");
  expect(packages).toEqual(["@henji"]);
});

test("contains JavaScript, types, its description and all licenses, and no sources", () => {
  const names = readdirSync(installed).sort();
  expect(names).toEqual([
    "LICENSE",
    "README.md",
    "THIRD-PARTY-LICENSES",
    "index.js",
    "main.js",
    "package.json",
    "simulator.js",
    "types",
  ]);
  expect(readdirSync(join(installed, "types")).filter((name) => !name.endsWith(".d.ts"))).toEqual([]);
  const licenses = readFileSync(join(installed, "THIRD-PARTY-LICENSES"), "utf8");
  for (const name of ["@hono/node-server", "hono", "zod"])
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\n\n.*MIT`, "m"));
});

test("talks with a bot that uses the middleware of LINE's SDK with express", async () => {
  const { stdout } = await run(process.execPath, ["bot.mjs"], { cwd: app });
  expect(JSON.parse(stdout)).toEqual({
    delivery: { status: 200, ok: true, attempts: 1 },
    forged: 401,
    chat: [
      ["user", "こんにちは"],
      ["reply", "You said こんにちは"],
    ],
  });
});

test("brings a command", async () => {
  expect(await npm("exec", "--", "line-simulator", "--help")).toContain("npx line-simulator [options]");
  const line = await startCommand();
  expect(await line.get("/v2/bot/info")).toMatchObject({ displayName: "Bot" });
  await line.stop();
});

test.runIf(python)("the command talks with the README's bot in Python", async () => {
  const line = await startCommand();
  const last = 'HTTPServer(("127.0.0.1", 3000), Bot).serve_forever()';
  const code = readmeBlock("python").replace("http://127.0.0.1:4010", line.url);
  expect(code).toContain(last);
  // On a free port, which it prints.
  const server = 'server = HTTPServer(("127.0.0.1", 0), Bot)\nprint(server.server_port, flush=True)';
  const env = { ...process.env, no_proxy: "127.0.0.1" };
  const bot = spawn("python3", ["-c", code.replace(last, `${server}\nserver.serve_forever()`)], { env });
  const port = Number(await once(bot.stdout, "data"));

  await line.send("PUT", "/v2/bot/channel/webhook/endpoint", { endpoint: `http://127.0.0.1:${port}/` });
  const { users } = await line.get("/_simulator/");
  await line.send("POST", "/_simulator/say", { from: users[0].userId, text: "Hello" });
  const texts = async () => (await line.get(`/_simulator/timeline/${users[0].userId}`)).map(textOf);
  await expect.poll(texts).toEqual(["Hello", "You said Hello"]);

  bot.kill();
  await once(bot, "close");
  await line.stop();
});

const textOf = (entry: { message: { text: string } }) => entry.message.text;

/** The installed command on a free port, and its API. */
async function startCommand() {
  const child = spawn(process.execPath, [join(installed, "main.js"), "--port", "0"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`The command ended with ${code}: ${output}`);
  });
  exited.catch(() => {});
  while (!output.includes("Ctrl-C")) await Promise.race([once(child.stdout, "data"), exited]);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)![0];
  async function send(method: string, path: string, body?: object) {
    const headers = { authorization: "Bearer token", "content-type": "application/json" };
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
    return (await response.json()) as any;
  }
  return {
    url,
    send,
    get: (path: string) => send("GET", path),
    async stop() {
      child.kill();
      await once(child, "close");
    },
  };
}

test.each(["NodeNext", "ESNext"])("has types that stand by themselves, for module %s", async (module) => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const moduleResolution = module === "ESNext" ? "Bundler" : module;
  const checks = ["--strict", "--noEmit", "--skipLibCheck", "false", "--types", "node"];
  const args = [tsc, ...checks, "--module", module, "--moduleResolution", moduleResolution];
  const { stdout } = await run(process.execPath, [...args, "consumer.ts", "readme.ts"], { cwd: app }).catch(
    (error) => error,
  );
  expect(stdout).toBe("");
});
