import { afterAll } from "vitest";
import { lineContract } from "./contract/line.ts";
import { memoryLine, memoryModel, memoryQueue, memoryTable } from "./contract/memory.ts";
import { modelContract } from "./contract/model.ts";
import { queueContract } from "./contract/queue.ts";
import { closeAll, realLine, realModel, realQueue, realTable } from "./contract/real.ts";
import { tableContract } from "./contract/table.ts";

afterAll(closeAll);

// The simulation's models and the real clients on their stand-ins pass the same tests.
tableContract("in memory", memoryTable);
tableContract("ElectroDB on dynalite", realTable);

queueContract("in memory", memoryQueue);
queueContract("SQS client on fauxqs", realQueue);

lineContract("in memory", memoryLine);
lineContract("LINE's SDK on the LINE simulator", realLine);

modelContract("in memory", memoryModel);
modelContract("OpenAI's SDK on the stand-in", realModel);
