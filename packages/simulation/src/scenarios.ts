import { worker } from "@henji/core/settings";
import type { EventKind, Fate } from "./check/fate.ts";
import { noWear, type OutageKind, type Plan, quietPlan, type Wear } from "./plan.ts";
import type { Outcome } from "./run.ts";
import { minutes } from "./scheduler.ts";
import type { Script } from "./traffic-plan.ts";

/** A story with an expected end, stricter than what must always be true. */
export type Scenario = {
  name: string;
  /** What it shows, as a sentence. */
  shows: string;
  plan: Plan;
  /** What did not end as expected; nothing, if all did. */
  judge(outcome: Outcome): string[];
};

const DAY_MS = minutes(24 * 60);

const chats = (count: number) => Array.from({ length: count }, (_, index) => `U${index + 1}`);

/** One webhook with one event of each chat, the first of a kind of its own. */
function together(count: number, first: EventKind = "question"): Script {
  const events = chats(count).map((chatId, index) => ({
    chatId,
    kind: index === 0 ? first : ("question" as const),
  }));
  return [{ atMs: 0, events }];
}

/** Each chat's question in a webhook of its own. */
function apart(count: number): Script {
  return chats(count).map((chatId, n) => ({ atMs: n * 1_000, events: [{ chatId, kind: "question" }] }));
}

/** Each chat writes `each` questions, `everyMs` apart. */
function steadily(count: number, each: number, everyMs: number): Script {
  return Array.from({ length: each }, (_, n) => ({
    atMs: n * everyMs,
    events: chats(count).map((chatId) => ({ chatId, kind: "question" as const })),
  }));
}

function down(
  platform: Plan["outages"][number]["platform"],
  lastsMs: number,
  how: OutageKind = "errors",
): Plan["outages"] {
  return [{ platform, fromMs: 0, untilMs: lastsMs, how }];
}

function planOf(script: Script, rest: Partial<Plan> = {}): Plan {
  return { ...quietPlan, traffic: { ...quietPlan.traffic, script }, troubleMs: minutes(90), ...rest };
}

const wrong = (events: readonly Fate[], what: string, isRight: (fate: Fate) => boolean) =>
  events.filter((fate) => !isRight(fate)).map(({ eventId, chatId }) => `${eventId} in ${chatId}: ${what}`);

const allAnswered = ({ events }: Outcome) =>
  wrong(events, "not answered once", ({ answers }) => answers === 1);
const noneParked = ({ events }: Outcome) => wrong(events, "parked", ({ parkings }) => parkings.length === 0);

const answerMs = ({ answeredAt = Number.POSITIVE_INFINITY, timestamp }: Fate) => answeredAt - timestamp;

const worn: Wear = { lostThere: 0.05, lostBack: 0.1, silent: 0.5, repeated: 0.2, slow: 0.2 };

/** The model needs up to 6 s; the rest is webhook, queue, table and LINE. */
const SOON_MS = 8_000;

export const scenarios: readonly Scenario[] = [
  {
    name: "quiet",
    shows: "without faults every question is answered once, at its first attempt",
    plan: planOf(steadily(5, 4, 20_000)),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      ...wrong(outcome.events, "more than one attempt", ({ claims }) => claims === 1),
    ],
  },
  {
    name: "sdk-repeats",
    shows:
      "responses of the table are so late that the SDK repeats its calls: nothing counts as a crash, and nobody waits",
    plan: planOf(steadily(10, 3, 20_000), {
      wear: { ...quietPlan.wear, table: { ...noWear, lostBack: 0.7, repeated: 1 } },
    }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "more than one attempt", ({ claims }) => claims === 1),
      ...wrong(outcome.events, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
    ],
  },
  {
    name: "model-down-3-minutes",
    shows: "three minutes without OpenAI need no operator: every message is answered, none is given up",
    plan: planOf(steadily(10, 2, 60_000), { outages: down("model", minutes(3)) }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "model-silent-3-minutes",
    shows: "three minutes in which OpenAI hangs need no operator either",
    plan: planOf(steadily(4, 3, 30_000), { outages: down("model", minutes(3), "silence") }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "model-down-an-hour",
    shows: "an hour without OpenAI: every message is parked with the reason, every user is told once",
    plan: planOf(steadily(6, 3, minutes(5)), { outages: down("model", minutes(60)) }),
    judge: ({ events }) => [
      ...wrong(
        events,
        "not parked once with its reason",
        ({ parkings }) =>
          parkings.length === 1 && ["model.unavailable", "model.unreachable"].includes(parkings[0]!),
      ),
      ...wrong(events, "answered", ({ answers }) => answers === 0),
      ...chats(6).flatMap((chatId) => {
        const apologies = events.filter((fate) => fate.chatId === chatId && fate.apologies > 0).length;
        return apologies === 1 ? [] : [`${chatId} was told ${apologies} times`];
      }),
    ],
  },
  {
    name: "model-down-an-hour-replayed",
    shows: "what an hour's outage parked is answered once after an operator's replay",
    plan: planOf(steadily(6, 3, minutes(5)), {
      outages: down("model", minutes(60)),
      operator: { finallyAfterMs: minutes(30), moves: false, dies: 0 },
    }),
    judge: allAnswered,
  },
  {
    name: "asked-again-and-replayed",
    shows: "what was parked and asked again with the apology's button is answered once, replayed or not",
    plan: {
      ...planOf(together(6), {
        outages: down("model", minutes(4)),
        operator: { finallyAfterMs: minutes(30), moves: false, dies: 0 },
      }),
      traffic: { ...quietPlan.traffic, script: together(6), pressed: 1 },
    },
    judge: ({ events }) =>
      chats(6).flatMap((chatId) => {
        const answers = events
          .filter((fate) => fate.chatId === chatId)
          .reduce((sum, one) => sum + one.answers, 0);
        return answers === 1 ? [] : [`${chatId} was answered ${answers} times`];
      }),
  },
  {
    name: "table-down-10-minutes",
    shows: "without the table nothing is answered and nothing given up; then everything is answered",
    plan: planOf(steadily(4, 3, 60_000), { outages: down("table", minutes(10)) }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "line-down-a-minute",
    shows: "a minute without LINE: nothing is lost, nobody is answered twice",
    plan: planOf(steadily(4, 3, 20_000), { outages: down("line", minutes(1)) }),
    judge: () => [],
  },
  {
    name: "line-takes-no-connection",
    shows:
      "90 seconds in which LINE takes no connection: every message is answered, and no model call repeated",
    plan: planOf(together(10), { outages: down("line", 90_000, "no_connection") }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      ...wrong(outcome.events, "asked more than once", ({ asks }) => asks === 1),
    ],
  },
  {
    name: "line-takes-no-connection-for-a-while",
    shows: "half a minute without a connection to LINE: replies stay free",
    plan: planOf(together(10), { outages: down("line", 25_000, "no_connection") }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "pushed", ({ pushes }) => pushes === 0),
    ],
  },
  {
    name: "line-token-dead",
    shows:
      "half an hour with a dead channel access token: the model is asked once for each worker that finds it out",
    plan: planOf(steadily(6, 10, minutes(3)), {
      deadChannel: { refusal: "unauthorized", fromMs: 0, untilMs: minutes(30) },
      operator: { finallyAfterMs: minutes(30), moves: false, dies: 0 },
    }),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...wrong(outcome.events, "not parked with its reason", ({ parkings }) =>
        parkings.every((code) => code === "line.unauthorized"),
      ),
      // A replay starts the count anew, and finds an answer only where the model was asked before.
      ...(outcome.events.filter(({ asks }) => asks === 0).length <= 6 ? [] : ["the model was asked in vain"]),
    ],
  },
  {
    name: "line-quota-used-up",
    shows: "half an hour without quota: what can be replied is answered, and nothing else is asked",
    plan: planOf(steadily(6, 10, minutes(3)), {
      deadChannel: { refusal: "quota", fromMs: 0, untilMs: minutes(30) },
    }),
    judge: (outcome) => [...allAnswered(outcome), ...noneParked(outcome)],
  },
  {
    name: "queue-down-5-minutes",
    shows: "without the queue LINE is told to come back, and everything is answered once",
    plan: planOf(steadily(4, 3, 60_000), { outages: down("queue", minutes(2)) }),
    judge: (outcome) => [...noneParked(outcome)],
  },
  {
    name: "slow-model",
    shows: "however slow the model is, no invocation runs into its time-out, and everything is answered",
    plan: planOf(steadily(2, 6, 1_000), {
      wear: { ...quietPlan.wear, model: { ...quietPlan.wear.model, slow: 0.7 } },
      troubleMs: minutes(5),
    }),
    judge: allAnswered,
  },
  {
    name: "line-refuses",
    shows: "replies are refused and the table forgets: what is pushed instead is sent once",
    plan: planOf(steadily(4, 4, 10_000), {
      refusals: { rate: 0.6 },
      wear: { ...quietPlan.wear, table: { ...noWear, lostThere: 0.2 } },
      troubleMs: minutes(20),
    }),
    judge: () => [],
  },
  {
    name: "races",
    shows: "messages are shown again while they are worked on, and workers stand still and wake up late",
    plan: planOf(steadily(2, 6, 30_000), {
      visibilityTimeoutS: 15,
      process: { dies: 0, freezes: 0.2, skewMs: 1_000 },
      wear: { table: worn, queue: noWear, line: worn, model: { ...worn, slow: 0.5 } },
      behaviours: { unavailable: 0.2, unauthorized: 0.2 },
      lambda: { ...quietPlan.lambda, outlives: 1, losesResponse: 0.1, deleteFails: 0.2 },
      operator: { everyMs: minutes(3), finallyAfterMs: minutes(2), moves: false, dies: 0.8 },
      troubleMs: minutes(60),
    }),
    judge: () => [],
  },
  {
    name: "hanging-chat",
    shows: "one chat whose question hangs: the nine others in its batch are answered as if it were not there",
    plan: planOf(together(10, "hanging")),
    judge: ({ events: [hanging, ...healthy] }) => [
      ...wrong(healthy, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
      ...wrong(healthy, "retried or parked", ({ claims, parkings }) => claims === 1 && parkings.length === 0),
      ...wrong([hanging!], "not parked", ({ parkings }) => parkings[0] === "model.timeout"),
    ],
  },
  {
    name: "rejected-chat",
    shows: "one chat whose question is refused: parked at once, and nine answered",
    plan: planOf(together(10, "rejected")),
    judge: ({ events: [rejected, ...healthy] }) => [
      ...wrong(healthy, "not answered soon", (fate) => answerMs(fate) <= SOON_MS),
      ...wrong(healthy, "retried or parked", ({ claims, parkings }) => claims === 1 && parkings.length === 0),
      ...wrong([rejected!], "not parked", ({ parkings }) => parkings[0] === "model.rejected"),
    ],
  },
  {
    name: "crashing-chat",
    shows: "one chat whose question kills the process: it is parked, and takes nobody along",
    plan: planOf(together(10, "crashing")),
    judge: ({ events: [crashing, ...healthy] }) => [
      ...wrong(healthy, "not answered once", ({ answers }) => answers === 1),
      ...wrong(healthy, "parked", ({ parkings }) => parkings.length === 0),
      ...wrong([crashing!], "not parked", ({ parkings }) => parkings[0] === "worker.crashed"),
    ],
  },
  {
    name: "flood",
    shows: "one chat sends forty messages: the others do not wait, and it is told once that it was too much",
    plan: planOf([
      { atMs: 0, events: Array.from({ length: 40 }, () => ({ chatId: "U1", kind: "question" as const })) },
      ...steadily(5, 3, 10_000),
    ]),
    judge: ({ events }) => [
      ...wrong(
        events.filter(({ chatId }) => chatId !== "U1"),
        "not answered soon",
        (fate) => answerMs(fate) <= SOON_MS,
      ),
      ...floodTold(events, 23),
    ],
  },
  {
    name: "flood-of-200",
    shows: "two hundred messages at once get no more answers than twenty",
    plan: planOf([
      { atMs: 0, events: Array.from({ length: 200 }, () => ({ chatId: "U1", kind: "question" as const })) },
    ]),
    judge: ({ events }) => floodTold(events, 20),
  },
  {
    name: "late-redelivery",
    shows:
      "a message first received after half an hour, whose reply is lost on the way, is not given up for delivered",
    plan: planOf(apart(8), {
      outages: [{ platform: "queue", fromMs: 0, untilMs: minutes(22), how: "errors" }],
      wear: { ...quietPlan.wear, line: { ...quietPlan.wear.line, lostThere: 0.5, silent: 1 } },
    }),
    judge: () => [],
  },
  {
    name: "replay-after-two-days",
    shows: "a push that nobody knows to have arrived is not sent again when LINE has forgotten its key",
    plan: planOf(steadily(3, 2, 20_000), {
      bot: { ...quietPlan.bot, delivery: "push" },
      wear: { ...quietPlan.wear, line: { ...quietPlan.wear.line, lostBack: 1 } },
      troubleMs: minutes(30),
      operator: { finallyAfterMs: minutes(48 * 60), moves: false, dies: 0 },
    }),
    judge: () => [],
  },
  {
    name: "long-chat",
    shows: "a long chat with folds, crashes, unsends and resets: nothing that was taken away is left",
    plan: longChat(120),
    judge: () => [],
  },
  {
    name: "unsends-while-the-table-fails",
    shows: "what is unsent is taken away whole, however often the table fails on the way",
    plan: {
      ...longChat(60),
      traffic: { ...longChat(60).traffic, commands: 0, unsent: 0.5 },
      wear: { ...quietPlan.wear, table: { ...noWear, lostThere: 0.15, lostBack: 0.1 } },
    },
    judge: () => [],
  },
  {
    name: "daily-limit",
    shows: "past its messages of the day a chat is told so once, and answered again on the next",
    plan: planOf(
      [
        ...steadily(2, 7, 30_000),
        ...steadily(2, 2, 30_000).map((one) => ({ ...one, atMs: one.atMs + DAY_MS })),
      ],
      { bot: { ...quietPlan.bot, dailyMessages: 4 } },
    ),
    judge: ({ events }) =>
      ["U1", "U2"].flatMap((chatId) => {
        const said = events
          .filter((fate) => fate.chatId === chatId)
          .map(({ answers, notices }) => (answers ? "answer" : notices ? "notice" : "nothing"));
        const expected = "answer answer answer answer notice nothing nothing answer answer";
        return said.join(" ") === expected ? [] : [`${chatId}: ${said.join(", ")}`];
      }),
  },
  {
    name: "refused-past",
    shows: "what the model no longer wants to read costs its chat one more call, and no answer",
    plan: planOf([
      ...(["question", "poisonous", "question", "question", "refused", "question", "question"] as const).map(
        (kind, n) => ({ atMs: n * 20_000, events: [{ chatId: "U1", kind }] }),
      ),
    ]),
    judge: (outcome) => [
      ...allAnswered(outcome),
      ...noneParked(outcome),
      // The third is refused with its past and answered alone; the fifth is refused both ways.
      ...outcome.events.flatMap(({ eventId, asks }, n) =>
        asks === ([2, 4].includes(n) ? 2 : 1) ? [] : [`${eventId}: asked ${asks} times`],
      ),
    ],
  },
  {
    name: "token-cap",
    shows: "past the whole bot's tokens of the day each user is told once, within 20 seconds whoever asks",
    plan: planOf(steadily(6, 10, 20_000), {
      bot: { ...quietPlan.bot, totalDailyTokens: 1_000 },
      maxOfGroup: 1,
    }),
    judge: ({ events }) => [
      ...(events.some(({ answers }) => answers > 0) ? [] : ["nobody was answered"]),
      ...chats(6).flatMap((chatId) => {
        const told = events.filter((fate) => fate.chatId === chatId && fate.notices > 0).length;
        return told === 1 ? [] : [`${chatId} was told ${told} times`];
      }),
    ],
  },
];

/** A user who writes and writes, unsends, and starts anew now and then. */
export function longChat(turns: number): Plan {
  const spanMs = turns * 45_000;
  const flaky: Wear = { lostThere: 0.005, lostBack: 0.01, silent: 0.3, repeated: 0.2, slow: 0.01 };
  return {
    ...quietPlan,
    traffic: {
      ...quietPlan.traffic,
      ...{ chats: 1, events: turns, spanMs, notQuestions: 0.02, commands: 0.004, unsent: 0.03 },
      ...{ duplicated: 0.02, lateDuplicated: 0.02, responseLost: 0.02 },
    },
    wear: { table: flaky, queue: flaky, line: flaky, model: flaky },
    process: { dies: 0.0005, freezes: 0, skewMs: 500 },
    bot: { ...quietPlan.bot, maxUnanswered: 50 },
    // A crash holds the chat for so long.
    visibilityTimeoutS: worker.timeoutS + 15,
    troubleMs: spanMs,
  };
}

function floodTold(events: readonly Fate[], answersAtMost: number): string[] {
  const flooding = events.filter(({ chatId }) => chatId === "U1");
  const answers = flooding.filter(({ answers }) => answers > 0).length;
  const notices = flooding.filter(({ notices }) => notices > 0).length;
  return [
    ...(answers > answersAtMost ? [`U1 was answered ${answers} times`] : []),
    ...(notices === 1 ? [] : [`U1 was told ${notices} times`]),
  ];
}

/** Ten chats are one batch. */
if (worker.batchSize !== 10) throw new Error("the scenarios count on batches of ten");
