import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Local, startLocal } from "../../src/start.ts";
import { linksOf } from "../support.ts";

const sources = join(import.meta.dirname, "../../src");

export type Pane = ReturnType<ReturnType<typeof useDevStage>["start"]>;

/**
 * A stage under `sst dev`, for the tests of a file: queues, table and ingress are there, and nobody answers until a
 * pane is started, as `sst dev` starts it. AWS is played by the local system, without its worker.
 */
export function useDevStage() {
  let local: Local;
  let running: ReturnType<typeof spawn>[] = [];
  beforeAll(async () => {
    local = await startLocal();
    await local.stopWorker();
  });
  afterAll(() => local.stop());
  afterEach(async () => {
    for (const child of running) child.kill("SIGKILL");
    running = [];
  });

  /** The environment that `sst dev` gives a pane: a variable for each link. */
  function environment(more: Record<string, string | undefined>): NodeJS.ProcessEnv {
    const { SST_RESOURCES_JSON: _, ...others } = local.environment;
    const links = {
      ...linksOf(local),
      App: { name: "henji", stage: "test" },
      Ingress: { url: local.urls.webhook },
    };
    return {
      ...process.env,
      SST_RESOURCES_JSON: undefined,
      ...others,
      ...Object.fromEntries(
        Object.entries(links).map(([name, link]) => [`SST_RESOURCE_${name}`, JSON.stringify(link)]),
      ),
      STUDIO_URL: "http://127.0.0.1:1",
      ...more,
    };
  }

  return {
    get local() {
      return local;
    },

    start(script: string, { flags = [], env = {} }: { flags?: string[]; env?: Record<string, string> } = {}) {
      const preload = join(import.meta.dirname, "preload.ts");
      const child = spawn(process.execPath, [...flags, "--import", preload, join(sources, script)], {
        env: environment(env),
      });
      running.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      return {
        child,
        exit: once(child, "exit").then(([code]) => code as number | null),
        prints: (text: string | RegExp) => expect.poll(() => output).toMatch(text),
        output: () => output,
      };
    },
  };
}
