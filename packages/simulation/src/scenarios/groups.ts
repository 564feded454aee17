import type { Fate } from "../check/fate.ts";
import { noFaults } from "../fault-rates.ts";
import { quietPlan } from "../plan.ts";
import { minutes } from "../scheduler.ts";
import type { Script, Scripted } from "../traffic-plan.ts";
import { longChat } from "./erasing.ts";
import { allAnswered, noneParked, planOf, type Scenario, wrong } from "./scenario.ts";

/** One after another, half a minute apart, in the group C1: `U1 question`. */
function inGroup(...lines: string[]): Script {
  return lines.map((line, n) => {
    const [senderId, kind] = line.split(" ") as [string, Scripted["kind"]];
    return { atMs: n * 30_000, events: [{ chatId: "C1", senderId, kind }] };
  });
}

/** Several members write, to the bot and past it. */
export const groups: readonly Scenario[] = [
  {
    name: "group-talk",
    shows: "in a group the bot answers who calls or quotes it, and of all else nothing is left",
    plan: planOf(
      inGroup(
        ...["U1 question", "U2 overheard", "U2 quoting", "U3 overheard", "U3 question", "U1 quoting"],
        ...["U2 overheard", "U1 greeting"],
      ),
    ),
    judge: (outcome) => {
      const overheard = outcome.events.filter(({ kind }) => kind === "overheard");
      const others = outcome.events.filter(({ kind }) => kind !== "overheard" && kind !== "greeting");
      return [
        ...allAnswered({ ...outcome, events: others }),
        ...noneParked(outcome),
        ...wrong(overheard, "not passed over", ({ ignored, claims }) => ignored && claims === 0),
      ];
    },
  },
  {
    name: "group-listens",
    shows:
      "a bot that is told what members say to each other, with unsends, members who forget, and redeliveries",
    plan: {
      ...quietPlan,
      bot: { ...quietPlan.bot, overheard: 5 },
      traffic: {
        ...quietPlan.traffic,
        ...{ chats: 2, groups: 1, members: 3, events: 60, spanMs: minutes(20), overheard: 0.6 },
        ...{ unsent: 0.3, commands: 0.15, lateDuplicated: 0.3 },
      },
      troubleMs: minutes(60),
    },
    judge: () => [],
  },
  {
    name: "group-limit",
    shows: "each member of a group has a daily limit of their own, and is told of it once",
    plan: planOf(
      inGroup(...["U1", "U2", "U3", "U1", "U2", "U3", "U1", "U1"].map((senderId) => `${senderId} question`)),
      { bot: { ...quietPlan.bot, dailyMessages: 2 } },
    ),
    judge: ({ events }) => {
      const said = events.map(({ answers, notices }) =>
        answers ? "answer" : notices ? "notice" : "nothing",
      );
      const expected = "answer answer answer answer answer answer notice nothing";
      return said.join(" ") === expected ? [] : [said.join(" ")];
    },
  },
  {
    name: "group-forgets",
    shows: "a member has their messages forgotten: those of the others stay, and each exports their own",
    plan: {
      ...quietPlan,
      traffic: {
        ...quietPlan.traffic,
        // So that what an export shows is what its user has asked.
        quoted: 0,
        script: [
          ...inGroup("U1 question", "U2 question", "U1 question", "U2 question", "U1 forget"),
          // The button is pressed within 15 minutes.
          { atMs: minutes(30), events: [{ chatId: "C1", senderId: "U1", kind: "export" }] },
          { atMs: minutes(31), events: [{ chatId: "C1", senderId: "U2", kind: "export" }] },
        ],
      },
      troubleMs: minutes(90),
    },
    judge: ({ events }) => {
      const [asked, pressed] = events.filter(({ kind }) => kind === "forget" || kind === "forgetForSure");
      // If the second webhook overtakes the first, its user is asked once more.
      const isEarly = pressed!.sequence! < asked!.sequence!;
      const questions = events.filter(({ kind }) => kind === "question");
      const isRight = ({ erased, senderId }: Fate) => erased === (senderId === "U1" && !isEarly);
      return wrong(questions, "not erased, or another's", isRight);
    },
  },
  {
    name: "group-name-unknown",
    shows:
      "processes die, and LINE often does not tell the bot's name: what was claimed is answered all the same",
    plan: {
      ...quietPlan,
      faultRates: { ...quietPlan.faultRates, line: { ...noFaults, requestLost: 0.5 } },
      process: { ...quietPlan.process, dies: 0.08 },
      traffic: { ...quietPlan.traffic, events: 30, groups: 1, spanMs: minutes(20) },
      troubleMs: minutes(60),
    },
    judge: () => [],
  },
  {
    name: "long-group",
    shows: "a long talk in a group, with folds, crashes, unsends and members who forget",
    plan: {
      ...longChat(120),
      traffic: {
        ...longChat(120).traffic,
        ...{ groups: 1, members: 3, overheard: 0.2, quoting: 0.1, commands: 0.04, quoted: 0.3 },
      },
    },
    judge: () => [],
  },
  {
    name: "greetings",
    shows: "who adds the bot, and a group into which it comes, are greeted once, however often LINE says so",
    plan: {
      ...planOf([]),
      traffic: {
        ...quietPlan.traffic,
        lateDuplicated: 1,
        duplicated: 1,
        script: [
          {
            atMs: 0,
            events: [
              { chatId: "U1", kind: "greeting" },
              { chatId: "C2", senderId: "U1", kind: "greeting" },
              { chatId: "U3", kind: "greeting" },
            ],
          },
        ],
      },
    },
    judge: ({ events }) => wrong(events, "not greeted once", ({ notices }) => notices === 1),
  },
];
