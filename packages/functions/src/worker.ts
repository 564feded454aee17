import { workerHandler } from "./bot-worker.ts";
import { lineByLink } from "./line.ts";

/** Of a bot on LINE alone: its bundle has nothing of any other platform. */
export const handler = workerHandler({ line: lineByLink });
