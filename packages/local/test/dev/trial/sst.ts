import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { killTree } from "./kill-tree.ts";

export const root = join(import.meta.dirname, "../../../../..");
/** Not the script that starts it: signals would reach only that one. */
const sst = join(root, `node_modules/sst-${process.platform}-${process.arch}/bin/sst`);

/** Runs one of SST's commands to its end. @returns whether it succeeded */
export async function runSst(args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(sst, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  return code === 0;
}

export type Laptop = ReturnType<typeof openLaptop>;

/** Runs `sst dev --mode=mono`, with all of its panes in one log. */
export function openLaptop(stage: string, env: NodeJS.ProcessEnv) {
  const child = spawn(sst, ["dev", "--mode=mono", "--stage", stage], { cwd: root, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const ended = once(child, "exit");
  const times = (text: string) => output.split(text).length - 1;

  return {
    /** Waits until its log has this text so often. */
    async prints(text: string, count = 1): Promise<void> {
      for (const stopAt = Date.now() + 120_000; times(text) < count; ) {
        if (Date.now() > stopAt || child.exitCode !== null) throw new Error(`sst dev did not print: ${text}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },

    /** As by Ctrl-C. */
    async close(): Promise<void> {
      child.kill("SIGINT");
      await ended;
    },

    /** Kills it and all that it has started, at once. */
    async kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      killTree(child.pid!);
      await ended;
    },
  };
}
