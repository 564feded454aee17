import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { run } from "../src/run.ts";
import type { Ran } from "./command.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Runs one command after another for a file of tests, all in this process's environment. */
process.on("message", async (args: readonly string[]) => {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const written = Promise.all([text(stdout), text(stderr)]);
  const code = await run(args, { root, stdout, stderr });
  stdout.end();
  stderr.end();
  const [output, error] = await written;
  process.send!({ code, output, error } satisfies Ran);
});
process.on("disconnect", () => process.exit());
