import { textAttributes } from "./entity.ts";
import { NO_MESSAGES } from "./item.ts";
import type { TurnWrite } from "./store.ts";
import type { Change } from "./writes.ts";

export const eraseFinished: TurnWrite = {
  name: "erase",
  when: { status: ["delivered", "dropped"] },
  set: { erased: true },
  remove: textAttributes,
};

export const eraseDeliveredAnswer: TurnWrite = {
  name: "erase",
  when: { status: ["delivered"] },
  set: { messages: NO_MESSAGES, answerTokens: 0 },
  remove: ["rest", "transcript"],
};

/** Its carrier is gone, and nobody knows whether it was shown by it. */
export const droppedWithCarrier: Change = {
  set: { status: "dropped", erased: true },
  remove: textAttributes,
};

/** With another owner, so that a worker that holds it has lost it. Its lease still tells that there was one. */
export const erasedAndDropped = { erased: true, status: "dropped", owner: "" } as const;

export const eraseOpen: TurnWrite = {
  name: "erase",
  when: { status: ["claimed", "gathered", "answered", "waiting", "carried", "parked"] },
  set: erasedAndDropped,
  remove: [...textAttributes, "list", "listedAs"],
};

export const superseded: TurnWrite = {
  name: "supersede",
  when: { status: ["parked", "dropped"] },
  set: erasedAndDropped,
  // Which turn it stood for itself is no text.
  remove: [...textAttributes.filter((name) => name !== "repeats"), "list", "listedAs"],
};
