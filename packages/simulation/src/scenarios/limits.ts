import type { Fate } from "../check/fate.ts";
import { quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import type { Script } from "../traffic-plan.ts";
import { answerMs, chats, planOf, type Scenario, SOON_MS, steadily, wrong } from "./scenario.ts";

const DAY_MS = minutes(24 * 60);

/** More is asked than may be answered. */
export const limits: readonly Scenario[] = [
  {
    name: "flood",
    shows:
      "one chat sends forty messages: the others do not wait, and it is told once that these are too many",
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
    shows: "one chat sends two hundred messages at once: at most twenty are answered",
    plan: planOf([
      { atMs: 0, events: Array.from({ length: 200 }, () => ({ chatId: "U1", kind: "question" as const })) },
    ]),
    judge: ({ events }) => floodTold(events, 20),
  },
  {
    name: "daily-limit",
    shows: "a chat that has used its messages of the day is told so once, and answered again on the next day",
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
    name: "token-cap",
    shows: "when the bot's tokens of the day are used up, each user is told once",
    // One after another, so that several workers answer side by side, each with its own count.
    plan: planOf(
      chats(6).flatMap((chatId, n) => every20s(chatId, n * 700)),
      {
        bot: { ...quietPlan.bot, totalDailyTokens: 1_500 },
        maxOfGroup: 1,
      },
    ),
    judge: ({ events }) => [
      ...(events.some(({ answers }) => answers > 0) ? [] : ["nobody was answered"]),
      ...chats(6).flatMap((chatId) => {
        const told = events.filter((fate) => fate.chatId === chatId && fate.notices > 0).length;
        return told === 1 ? [] : [`${chatId} was told ${told} times`];
      }),
    ],
  },
];

function every20s(chatId: string, fromMs: number): Script {
  return Array.from({ length: 10 }, (_, n) => ({
    atMs: fromMs + n * 20_000,
    events: [{ chatId, kind: "question" }],
  }));
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
