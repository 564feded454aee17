import { type DeathPoint, quietPlan } from "../plan.ts";
import type { Outcome } from "../run.ts";
import { minutes } from "../scheduler.ts";
import type { Script, Scripted } from "../traffic-plan.ts";
import { noneParked, type Scenario, wrong } from "./scenario.ts";
import { all, nothingPushed, onlyQuestions, questions, slow } from "./slow.ts";

/** What is expected of the question, beside its one answer. */
type Expected = {
  /** Of the model: what is stored is never asked again. */
  asks: 1 | 2;
  /** How often its user is told that it takes long. */
  thoughts: 0 | 1;
  isPushed?: boolean;
};

const asked: Scripted = { chatId: "U1", kind: "question" };
const tapped: Scripted = { chatId: "U1", kind: "tap" };
const exported: Scripted = { chatId: "U1", kind: "export" };

/** Its answer waits from 91 s on, and is to be pushed at 391 s. A process that dies holds its message for 30 s. */
const untapped: Script = [{ atMs: 0, events: [asked] }];
const tappedLater: Script = [...untapped, { atMs: minutes(3), events: [tapped] }];
/** The reminder is due while the message that brings the answer is held by the process that has died. */
const justBeforeThePush: Script = [...untapped, { atMs: 375_000, events: [exported] }];

function slowDeath(name: string, shows: string, script: Script, diesAt: DeathPoint, expected: Expected) {
  const { asks, thoughts, isPushed = false } = expected;
  const asExpected = (outcome: Outcome) => [
    ...wrong(questions(outcome), `not asked ${asks} times`, (fate) => fate.asks === asks),
    ...wrong(questions(outcome), `not told ${thoughts} times`, (fate) => fate.thoughts === thoughts),
    ...wrong(outcome.events, "not one process has died", () => deathsIn(outcome) === 1),
  ];
  const pushed = (outcome: Outcome) =>
    wrong(questions(outcome), "not pushed once", ({ pushes }) => pushes === 1);
  const scenario: Scenario = {
    ...{ name, shows, plan: slow(script, {}, { process: { ...quietPlan.process, diesAt } }) },
    judge: all(onlyQuestions, noneParked, isPushed ? pushed : nothingPushed, asExpected),
  };
  return scenario;
}

const deathsIn = ({ history }: Outcome) =>
  history().filter((line) => / dies (?:before|after) /.test(line)).length;

/** A process dies at each step of an answer that waits. */
export const slowDeaths: readonly Scenario[] = [
  slowDeath(
    "slow-dies-with-the-token-spent",
    "nobody knows whether its user has the button, so the answer is pushed when it is due",
    untapped,
    { when: "after", call: "table.spend" },
    { asks: 2, thoughts: 0, isPushed: true },
  ),
  slowDeath(
    "slow-dies-having-told",
    "the question is asked again, its user is not told again, and the tap brings the answer",
    tappedLater,
    { when: "after", call: "line.reply" },
    { asks: 2, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-having-stored",
    "what is stored is not asked again, and waits",
    tappedLater,
    { when: "after", call: "table.answer" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-having-reminded",
    "a second reminder changes nothing",
    untapped,
    { when: "after", call: "queue.put" },
    { asks: 1, thoughts: 1, isPushed: true },
  ),
  slowDeath(
    "slow-dies-having-waited",
    "its message comes once more, and the answer goes on waiting",
    tappedLater,
    { when: "after", call: "table.wait" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-carrying",
    "between taking an answer along and sending it: the next attempt of the tap sends it",
    tappedLater,
    { when: "after", call: "table.carry" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-having-sent",
    "between sending and marking: the reply token tells that it has arrived",
    tappedLater,
    { when: "before", call: "table.shown" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-having-marked",
    "the answer is marked, and the tap that brought it not yet",
    tappedLater,
    { when: "after", call: "table.shown" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-reminded-while-carried",
    "a reminder is due while a message that brings the answer was not sent yet: nothing is pushed",
    justBeforeThePush,
    { when: "after", call: "table.carry" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-reminded-while-sent",
    "a reminder is due while a message that has brought the answer was not marked yet: nothing is pushed",
    justBeforeThePush,
    { when: "before", call: "table.shown" },
    { asks: 1, thoughts: 1 },
  ),
  slowDeath(
    "slow-dies-pushing",
    "a push that was accepted and not heard of is repeated under its retry key, and shown once",
    untapped,
    { when: "after", call: "line.push" },
    { asks: 1, thoughts: 1, isPushed: true },
  ),
];
