/** A bot's test as a process of its own, in which the model rejects a question. Its argument is the log's level. */
import { startHenji, type TestOptions } from "../src/testing.ts";

const [logLevel] = process.argv.slice(2) as NonNullable<TestOptions["logLevel"]>[];
const henji = await startHenji({ ...(logLevel && { logLevel }) });
henji.model.faults.add({ fault: { kind: "status", status: 400, code: "bad" } });
await henji.user("Aki").say("Hello");
await henji.stop();
