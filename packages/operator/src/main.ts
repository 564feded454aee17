import { resolve } from "node:path";
import { exitCodes, run } from "./run.ts";

const root = resolve(import.meta.dirname, "../../..");

// A reader of the first lines only, such as `head`, closes the pipe.
process.stdout.on("error", () => process.exit(exitCodes.done));

const { stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), { root, stdout, stderr });
