import type { EventKind, Fate } from "../check/fate.ts";
import { type Plan, quietPlan } from "../plan.ts";
import type { Outcome } from "../run.ts";
import { minutes } from "../scheduler.ts";
import type { Script, Traffic } from "../traffic-plan.ts";
import { allAnswered, answerMs, apart, noneParked, planOf, type Scenario, wrong } from "./scenario.ts";

/** Longer than a reply token lives. */
const MODEL_MS = 90_000;
/** `slow.pushAfterS` of a bot that does not set it. */
const PUSH_AFTER_MS = 300_000;

export function slow(script: Script, traffic: Partial<Traffic> = {}, rest: Partial<Plan> = {}): Plan {
  const plan = planOf(script, { modelMs: MODEL_MS, ...rest });
  return { ...plan, traffic: { ...plan.traffic, ...traffic } };
}

/** The chat U1 writes these, this far apart. */
function inTurn(everyMs: number, ...kinds: EventKind[]): Script {
  return kinds.map((kind, n) => ({ atMs: n * everyMs, events: [{ chatId: "U1", kind }] }));
}

export const questions = ({ events }: Outcome) => events.filter(({ kind }) => kind === "question");
export const onlyQuestions = (outcome: Outcome) => allAnswered({ ...outcome, events: questions(outcome) });
export const nothingPushed = ({ events }: Outcome) => wrong(events, "pushed", ({ pushes }) => pushes === 0);
const allTold = (outcome: Outcome) =>
  wrong(questions(outcome), "not told once that it takes long", ({ thoughts }) => thoughts === 1);
const allPushed = (outcome: Outcome) =>
  wrong(questions(outcome), "not pushed once", ({ pushes }) => pushes === 1);
/** What gets no answer of its own. */
const quiet =
  (kind: EventKind) =>
  ({ events }: Outcome) =>
    wrong(
      events.filter((event) => event.kind === kind),
      "answered itself",
      ({ answers, notices }) => answers + notices === 0,
    );
/** What its user sees of each kind, and whether it is erased. */
const ends =
  (expected: Partial<Record<EventKind, { answers?: number; notices?: number; erased?: boolean }>>) =>
  ({ events }: Outcome) =>
    Object.entries(expected).flatMap(([kind, { answers = 0, notices = 0, erased = false }]) =>
      wrong(
        events.filter((event) => event.kind === kind),
        `not ${answers} answers, ${notices} notices${erased ? ", erased" : ""}`,
        (fate) => fate.answers === answers && fate.notices === notices && fate.erased === erased,
      ),
    );
const within = (ms: number) => (outcome: Outcome) =>
  wrong(questions(outcome), "late", (fate: Fate) => answerMs(fate) <= ms);

export const all =
  (...judges: ((outcome: Outcome) => string[])[]) =>
  (outcome: Outcome) =>
    judges.flatMap((judge) => judge(outcome));

const isAt =
  (chatId: string, kind: EventKind) =>
  (fate: Fate): boolean =>
    fate.chatId === chatId && fate.kind === kind;

/** The model takes longer than an answer can be replied. */
export const slowAnswers: readonly Scenario[] = [
  {
    name: "slow-tapped-early",
    shows: "a tap while the model still works brings the answer when it is there, for free",
    plan: slow(apart(5), { tapped: 1, tapMs: [1_000, 20_000] }),
    judge: all(onlyQuestions, noneParked, nothingPushed, allTold, within(MODEL_MS + 8_000)),
  },
  {
    name: "slow-tapped-late",
    shows: "a tap minutes after the answer brings it, for free",
    plan: slow(apart(5), { tapped: 1, tapMs: [120_000, 200_000] }),
    judge: all(onlyQuestions, noneParked, nothingPushed, allTold, within(PUSH_AFTER_MS)),
  },
  {
    name: "slow-tapped-twice",
    shows: "two taps, and late deliveries of both, bring one answer, and the second one nothing",
    plan: slow(inTurn(minutes(2), "question", "tap", "tap"), { duplicated: 1, lateDuplicated: 1 }),
    judge: all(onlyQuestions, noneParked, nothingPushed, quiet("tap")),
  },
  {
    name: "slow-tapped-after-the-push",
    shows: "a tap on what was pushed meanwhile brings nothing",
    plan: slow(inTurn(minutes(10), "question", "tap")),
    judge: all(onlyQuestions, noneParked, allTold, allPushed, quiet("tap")),
  },
  {
    name: "slow-untapped",
    shows: "an answer that nobody fetches is pushed once, after its time",
    plan: slow(apart(5)),
    judge: all(onlyQuestions, noneParked, allTold, allPushed, within(MODEL_MS + PUSH_AFTER_MS + 8_000)),
  },
  {
    name: "slow-next-message",
    shows: "a command brings the answer that waits, in front of its own, and nothing is pushed",
    plan: slow(inTurn(minutes(3), "question", "export")),
    judge: all(onlyQuestions, noneParked, nothingPushed, within(minutes(3) + 8_000)),
  },
  {
    name: "slow-free",
    shows: "a bot that never pushes keeps its answers until their users write",
    plan: slow(apart(5), {}, { bot: { ...quietPlan.bot, delivery: "free" } }),
    // Everybody writes once more at the end.
    judge: all(noneParked, nothingPushed, ({ events }) =>
      wrong(events.slice(0, 5), "not answered once", ({ answers }) => answers === 1),
    ),
  },
  {
    name: "slow-long",
    shows: "more waiting answers than one call takes come in order, over several messages of their user",
    plan: slow(
      inTurn(minutes(2), ...Array<"question">(6).fill("question"), ...Array<"export">(8).fill("export")),
      {},
      { behaviours: { long: 1 }, bot: { ...quietPlan.bot, delivery: "free" } },
    ),
    judge: all(noneParked, nothingPushed, (outcome) =>
      wrong(questions(outcome).slice(0, 6), "not answered once", ({ answers }) => answers === 1),
    ),
  },
  {
    name: "slow-asked-twice",
    shows: "a second call within an attempt does not outlast the invocation",
    plan: slow(apart(5), { tapped: 1, tapMs: [1_000, 20_000] }, { behaviours: { context_too_long: 0.5 } }),
    judge: () => [],
  },
  {
    name: "slow-held-back",
    shows:
      "what has no room behind the answers that it brings waits itself, and is pushed under a key of its own",
    plan: slow(
      [
        ...inTurn(minutes(3), "question", "question", "question"),
        // The second one has waited for longer than it can be replied.
        { atMs: minutes(40), events: ["U1", "U1"].map((chatId) => ({ chatId, kind: "question" as const })) },
      ],
      {},
      { behaviours: { long: 1 }, deadChannel: { refusal: "quota", fromMs: 0, untilMs: minutes(30) } },
    ),
    judge: all(onlyQuestions, noneParked),
  },
  {
    name: "slow-group",
    shows: "any member may tap, and all see the answer once",
    plan: slow(
      ["U1", "U2", "U3"].map((senderId, n) => ({
        atMs: n * minutes(4),
        events: [{ chatId: "C1", senderId, kind: "question" as const }],
      })),
      { tapped: 1, tapMs: [1_000, 20_000] },
    ),
    judge: all(onlyQuestions, noneParked, nothingPushed),
  },
  {
    name: "slow-group-tapped-by-another",
    shows: "a tap of another member brings what waits, and does not ask what was given up on",
    plan: slow([
      { atMs: 0, events: [{ chatId: "C1", senderId: "U1", kind: "question" }] },
      { atMs: minutes(2), events: [{ chatId: "C1", senderId: "U2", kind: "tap" }] },
      { atMs: minutes(4), events: [{ chatId: "C2", senderId: "U1", kind: "rejected" }] },
      { atMs: minutes(6), events: [{ chatId: "C2", senderId: "U2", kind: "tap" }] },
    ]),
    judge: all(onlyQuestions, nothingPushed, ({ events }) => [
      ...wrong(events.filter(isAt("C1", "tap")), "not silent", (tap) => tap.answers + tap.notices === 0),
      ...wrong(events.filter(isAt("C2", "tap")), "not told that it is gone", ({ notices }) => notices === 1),
      ...wrong(events.filter(isAt("C2", "tap")), "asked", ({ asks }) => asks === 0),
      ...wrong(events.filter(isAt("C2", "rejected")), "asked twice", ({ asks }) => asks === 1),
    ]),
  },
  {
    name: "slow-no-quota",
    shows: "without a push left, answers wait for their users instead of being given up on",
    plan: slow(apart(5), {}, { deadChannel: { refusal: "quota", fromMs: 0, untilMs: minutes(90) } }),
    judge: all(noneParked, nothingPushed, ({ events }) =>
      wrong(events.slice(0, 5), "not answered once", ({ answers }) => answers === 1),
    ),
  },
  {
    name: "slow-crashes",
    shows: "processes die around every call: no slow answer is lost, doubled or out of order",
    plan: slow(
      Array.from({ length: 12 }, (_, n) => ({
        atMs: n * minutes(3),
        events: ["U1", "U2", "U3"].map((chatId) => ({
          chatId,
          kind: n % 3 === 2 ? ("export" as const) : ("question" as const),
        })),
      })),
      { tapped: 0.5, tapMs: [1_000, 120_000] },
      { process: { ...quietPlan.process, dies: 0.04 } },
    ),
    judge: () => [],
  },
  {
    name: "slow-unsent",
    shows: "a question that is unsent while its answer waits is not answered any more, by nothing",
    plan: slow([
      ...inTurn(minutes(2), "question", "unsend", "tap", "export"),
      { atMs: minutes(15), events: [{ chatId: "U1", kind: "export" }] },
    ]),
    judge: all(
      ...[noneParked, nothingPushed, allTold],
      ends({ question: { erased: true }, tap: { notices: 1 }, export: { notices: 1 } }),
    ),
  },
  {
    name: "slow-left",
    shows: "who leaves while an answer waits gets nothing any more",
    plan: slow(inTurn(minutes(2), "question", "unfollow")),
    judge: all(noneParked, nothingPushed, allTold, ends({ question: { erased: true } })),
  },
  {
    name: "slow-forgotten",
    shows: "the question whether to forget brings what waits; then it is forgotten, and never pushed",
    plan: slow(inTurn(minutes(2), "question", "forget")),
    judge: all(noneParked, nothingPushed, allTold, (outcome) => {
      const [asked, pressed] = outcome.events.filter(({ kind }) => kind.startsWith("forget"));
      // If the second webhook overtakes the first, its user is asked once more.
      const erased = pressed!.sequence! > asked!.sequence!;
      return ends({ question: { answers: 1, erased } })(outcome);
    }),
  },
  {
    name: "slow-erased",
    shows: "an answer that waits is gone with its question: unsent, forgotten, or its user has left",
    plan: {
      ...quietPlan,
      modelMs: MODEL_MS,
      traffic: {
        ...quietPlan.traffic,
        ...{ chats: 4, events: 30, spanMs: minutes(40), tapped: 0.5, unsent: 0.4, commands: 0.3 },
      },
      troubleMs: minutes(120),
    },
    judge: () => [],
  },
];
