import { afterAll } from "vitest";
import { lineContract } from "./contract/line.ts";
import { modelContract } from "./contract/model.ts";
import { queueContract } from "./contract/queue.ts";
import { closeAll, realLine, realModel, realQueue, realTable } from "./contract/real.ts";
import { tableContract } from "./contract/table.ts";

afterAll(closeAll);

tableContract("ElectroDB on dynalite", realTable);
queueContract("SQS client on fauxqs", realQueue);
lineContract("HTTP client on the LINE simulator", realLine);
modelContract("OpenAI's SDK on the stand-in", realModel);
