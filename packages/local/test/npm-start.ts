import { type ChildProcess, type SpawnOptionsWithoutStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { listen } from "@henji/loopback";
import { afterEach, expect } from "vitest";
import { writeBotConfig } from "./bot-config.ts";
import { useDirectory } from "./directory.ts";

const main = resolve(import.meta.dirname, "../src/main.ts");
const env = { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" };

/** `npm start` as a process of its own, with a state directory and a bot.config.ts for each test of a file. */
export function useNpmStart() {
  const directory = useDirectory("test");
  let running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running) child.kill("SIGKILL");
    running = [];
  });

  return {
    /** A file in the directory of this test. */
    at: (...path: string[]) => join(directory.path, ...path),

    /** @returns the path of a bot.config.ts of this test */
    config: (change?: (text: string) => string) => writeBotConfig(directory.path, change),

    /** `prints` waits until the process has printed something. */
    start(args: string[] = [], options: SpawnOptionsWithoutStdio = {}) {
      const state = join(directory.path, "state");
      const child = spawn(process.execPath, [main, "--state", state, ...args], { env, ...options });
      running.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      return {
        child,
        exit: once(child, "exit").then(([code]) => code as number),
        prints: (text: string | RegExp) => expect.poll(() => output).toMatch(text),
        output: () => output,
      };
    },
  };
}

/** Below the ports that Linux assigns by itself, and different for each process of tests. */
let nextPort = 20_000 + (process.pid % 1_000) * 10;

/** The first of six consecutive ports that are free. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const first = nextPort;
    nextPort += 10;
    const servers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => listen(createServer(), first + n)),
    );
    await Promise.all(servers.map((server) => server.status === "fulfilled" && server.value.close()));
    if (servers.every(({ status }) => status === "fulfilled")) return first;
  }
}
