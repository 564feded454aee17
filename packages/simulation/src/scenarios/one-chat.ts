import { worker } from "@henji/core/settings";
import { answerMs, planOf, type Scenario, SOON_MS, together, wrong } from "./scenario.ts";

/** One chat of a batch is in trouble, and the others are not affected. */
export const oneChat: readonly Scenario[] = [
  {
    name: "hanging-chat",
    shows: "the model never answers one chat: the nine others of its batch are answered soon",
    plan: planOf(together(10, "hanging")),
    judge: ({ events: [hanging, ...healthy] }) => [
      ...wrong(healthy, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
      ...wrong(healthy, "retried or parked", ({ claims, parkings }) => claims === 1 && parkings.length === 0),
      ...wrong([hanging!], "not parked", ({ parkings }) => parkings[0] === "model.timeout"),
    ],
  },
  {
    name: "rejected-chat",
    shows: "the model rejects one question: it is parked at once, and nine chats are answered",
    plan: planOf(together(10, "rejected")),
    judge: ({ events: [rejected, ...healthy] }) => [
      ...wrong(healthy, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
      ...wrong(healthy, "retried or parked", ({ claims, parkings }) => claims === 1 && parkings.length === 0),
      ...wrong([rejected!], "not parked", ({ parkings }) => parkings[0] === "model.rejected"),
    ],
  },
  {
    name: "crashing-chat",
    shows: "one question kills every process that asks it: it is parked, and nine chats are answered",
    plan: planOf(together(10, "crashing")),
    judge: ({ events: [crashing, ...healthy] }) => [
      ...wrong(healthy, "not answered once", ({ answers }) => answers === 1),
      ...wrong(healthy, "parked", ({ parkings }) => parkings.length === 0),
      ...wrong([crashing!], "not parked", ({ parkings }) => parkings[0] === "worker.crashed"),
    ],
  },
];

/** Ten chats are one batch. */
if (worker.batchSize !== 10) throw new Error("the scenarios count on batches of ten");
