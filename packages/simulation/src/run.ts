import { type Bot, defineBot } from "@henji/core/bot";
import { SUMMARY_HEADING } from "@henji/core/context/context";
import { loadTokenizer } from "@henji/core/context/tokens";
import { loadMarkdown } from "@henji/core/platform/line/markdown";
import { chatIdOf } from "@henji/core/platform/slack/event";
import { loadRounds } from "@henji/core/reply/ask";
import { breakerOpenMs, worker } from "@henji/core/settings";
import ownBot from "../../../bot.config.ts";
import { askedIn } from "./check/book.ts";
import type { Fate, Tally, Violation } from "./check/fate.ts";
import { createCheck } from "./check.ts";
import { createEventSource } from "./event-source.ts";
import { createFaults } from "./faults.ts";
import { createFunctions } from "./functions.ts";
import { createHandlers } from "./handlers.ts";
import { createHistory } from "./history.ts";
import { createMemoryLine } from "./line.ts";
import { createMemoryModel, marksIn } from "./model.ts";
import { createModeration } from "./moderation.ts";
import type { AtPorts } from "./mutations/mutation.ts";
import { createNetwork } from "./network.ts";
import { startOperator, visibleAgainMs } from "./operator.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { startTraffic } from "./platform/traffic.ts";
import { createMemoryQueue } from "./queue.ts";
import { createRandom } from "./random.ts";
import { createScheduler } from "./scheduler.ts";
import { createMemorySlack } from "./slack/memory-slack.ts";
import { startSlackTraffic } from "./slack/slack-traffic.ts";
import { createMemoryTable, type TableMistake } from "./table.ts";
import { createTools } from "./tools.ts";
import { createMemoryTranscriber } from "./transcriber.ts";

export type SimulateOptions = {
  /** Instead of the plan that the seed draws. */
  plan?: Plan;
  /** Conditions that the table leaves out. */
  mistakes?: readonly TableMistake[];
  /** What stands between core and the outside. */
  ports?: AtPorts;
};

export type Outcome = {
  seed: number;
  violations: readonly Violation[];
  tally: Tally;
  events: readonly Readonly<Fate>[];
  /** Of everything that happened: the same seed gives the same. */
  hash: string;
  history: (chatIds?: readonly string[]) => string[];
  plan: Plan;
  /** Virtual milliseconds that the run took. */
  ms: number;
};

const START = Date.UTC(2027, 0, 1);
const HOUR_MS = 3_600_000;
/** Long enough for SQS itself to give up on every message of a chat. */
const DRAIN_MS = 100 * HOUR_MS;

/** One seed, one world, one run. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const count = await loadTokenizer();
  await loadMarkdown();
  await loadRounds();
  const random = createRandom(String(seed));
  const plan = options.plan ?? drawPlan(random.fork("plan"));
  const bot = botOf(plan);
  const scheduler = createScheduler(START);
  const history = createHistory(scheduler);
  const faults = createFaults(plan, scheduler, random.fork("faults"));
  const network = createNetwork(scheduler, faults.tripOf);
  const check = createCheck({ plan, bot, scheduler, history, count, table: () => table });

  const table = createMemoryTable({
    network,
    mistakes: options.mistakes ?? [],
    onWrite: check.written,
  });
  const line = createMemoryLine({
    clock: scheduler,
    network,
    refuses: faults.refusalOf,
    onSent(sent) {
      check.sent(sent);
      traffic.seen(sent);
    },
    onSaid: check.said,
    onMistakes: check.mistaken,
  });
  const lag = random.fork("lag");
  const slack = createMemorySlack({
    clock: scheduler,
    network,
    refuses: faults.refusalOf,
    lagMs: () => lag.int(0, plan.slack?.lagMs ?? 0),
    onPosted(post) {
      const { channel, thread, ts, text, key } = post;
      check.posted(post);
      check.sent({
        ...{
          at: scheduler.now(),
          by: "reply",
          messages: [{ type: "text", text }],
          ids: [ts],
          key,
          reached: true,
        },
        chatId: chatIdOf({ channel, thread }),
      });
      slackTraffic?.posted(post);
    },
  });
  const words = random.fork("words");
  const handlers = createHandlers({ scheduler, random: random.fork("handlers"), faults, check });
  const moderator = createModeration({ plan, scheduler, random: random.fork("moderated"), faults, check });
  const tools = createTools({ plan, scheduler, random: random.fork("tools"), faults, check });
  let answers = 0;
  const model = createMemoryModel({
    network,
    limit: faults.limiting,
    behave: (question, context) => {
      if (check.isRefused(context)) return "invalid_prompt";
      const kind = check.fates.get(askedIn(question) ?? "")?.kind;
      if (kind === "rejected") return "rejected";
      return kind === "hanging" ? "hang" : faults.behaviour();
    },
    calls: (question, { rounds }) => tools.calls(askedIn(question), rounds.length),
    answer: (question, { instructions, input }) => {
      answers += 1;
      const answer = `Answer no. ${answers} to [${askedIn(question)}]: ${question.slice(-20)}`;
      const isToldToSay = input.some(({ role }) => role === "developer");
      const seen = (input.at(-1)?.attachments ?? []).flatMap(marksIn).toReversed().join(" ");
      const end = isToldToSay ? `\n[=] There is ${seen} in it.` : "";
      const isGroup = instructions.includes("You are in a group chat.");
      // Of a group's notes, what a member has had forgotten is found in the answers near it only.
      const isSaid = (content: string) => !isGroup || !content.startsWith(SUMMARY_HEADING);
      const earlier = input.slice(0, -1).filter(({ role, content }) => role === "user" && isSaid(content));
      if (earlier.length === 0 || !words.chance(plan.traffic.quoted)) return answer + end;
      return `${answer} You said before: “${words.pick(earlier).content.slice(0, 100)}”${end}`;
    },
    onAsk(question, context, { tools: asked }) {
      check.asked(question, context);
      check.toldOf(question, asked);
    },
    onFailure: check.modelFailed,
  });
  const summarizer = createMemoryModel({
    network,
    behave: () => faults.behaviour(),
    answer: check.noted,
  });
  const queue = createMemoryQueue({
    clock: scheduler,
    network,
    visibilityTimeoutS: plan.visibilityTimeoutS,
    refuses: () => faults.chance(plan.lambda.entryRefused),
    onParked: (message, reason, parked) => check.parked(message, reason, parked !== undefined),
    watch: {
      sent: check.queued,
      received: (message) => check.received(message, queue.main.isFirst(message)),
      removed: check.released,
      redriven: check.redriven,
      hidden: check.hidden,
      changed: () => eventSource.poke(),
    },
  });
  const functions = createFunctions({
    plan,
    bot,
    scheduler,
    random: random.fork("functions"),
    faults,
    check,
    queue,
    table,
    line,
    slack,
    model,
    summarizer,
    tools,
    handlers,
    moderator,
    transcriber: createMemoryTranscriber({ network, onFailure: check.modelFailed }),
    ports: options.ports ?? {},
  });
  const lambda = random.fork("lambda");
  const eventSource = createEventSource({
    scheduler,
    queue,
    batchSize: worker.batchSize,
    maximumConcurrency: plan.maximumConcurrency,
    timeoutMs: worker.timeoutS * 1000,
    invoke: functions.worker,
    faults: {
      throttledMs: () =>
        faults.chance(plan.lambda.throttles) ? lambda.int(1, plan.visibilityTimeoutS) * 1000 : undefined,
      responseLost: () => faults.chance(plan.lambda.losesResponse),
      deleteFails: () => faults.chance(plan.lambda.deleteFails),
      outlives: () => faults.chance(plan.lambda.outlives),
      maxOfGroup: () => lambda.int(1, plan.maxOfGroup),
      pollMs: () => lambda.int(5, 90),
    },
    onEnd: (end, batch, failed, process) => check.batchEnded(end, batch, failed, process, queue.main),
    onThrottled: (batch) => {
      for (const { chatId, messageId } of batch) history.note("Lambda", `throttles ${messageId}`, { chatId });
    },
  });
  const traffic = startTraffic({
    plan,
    scheduler,
    random: random.fork("traffic"),
    faults,
    check,
    history,
    functions,
    line,
    queue,
  });
  const slackTraffic =
    plan.slack &&
    startSlackTraffic({
      ...{ plan: plan.slack, scheduler, faults, check, history, functions, slack },
      random: random.fork("slack"),
    });
  const operator = startOperator({
    plan,
    scheduler,
    random: random.fork("operator"),
    faults,
    check,
    history,
    queue,
    table,
  });

  const isBroken = () => check.violations.length > 0;
  const isDrained = () =>
    traffic.isOver() &&
    slackTraffic?.isOver() !== false &&
    eventSource.running() === 0 &&
    queue.main.messages().length === 0 &&
    queue.pending() === 0;
  await scheduler.run(START + plan.troubleMs, isBroken);
  faults.end();
  await scheduler.run(START + plan.troubleMs + DRAIN_MS, () => isBroken() || isDrained());
  // By then every breaker has closed.
  const waitMs = Math.max(breakerOpenMs, visibleAgainMs, plan.operator?.finallyAfterMs ?? 0);
  await scheduler.run(scheduler.now() + waitMs, isBroken);
  if (plan.operator && !isBroken()) {
    let isReplayed = false;
    void operator.replayAll().then(() => {
      isReplayed = true;
    });
    await scheduler.run(scheduler.now() + DRAIN_MS, () => isBroken() || (isReplayed && isDrained()));
    if (!isBroken()) check.healed(queue);
  }
  // Whoever still has an answer waiting writes once more, as long as that brings something.
  for (let rounds = 0; rounds < 10 && !isBroken(); rounds += 1) {
    const waiting = check.waiting();
    if (waiting.length === 0) break;
    traffic.write(waiting);
    await scheduler.run(scheduler.now() + DRAIN_MS, () => isBroken() || isDrained());
  }
  if (!isBroken()) check.end(queue);
  return {
    seed,
    violations: check.violations,
    tally: check.tally(),
    events: [...check.fates.values()],
    hash: history.hash(),
    history: history.lines,
    plan,
    ms: scheduler.now() - START,
  };
}

function botOf({ bot, moderation }: Plan): Bot {
  return defineBot({
    instructions: "You answer.",
    model: { maxOutputTokens: 1_000 },
    memory: { highWaterTokens: 900, lowWaterTokens: 300, maxTokens: 1_300, summaryTokens: 200, maxTurns: 60 },
    limits: {
      maxUnanswered: bot.maxUnanswered,
      dailyMessages: bot.dailyMessages,
      dailyTokens: 1_000_000_000,
      ...(bot.totalDailyTokens !== undefined && { totalDailyTokens: bot.totalDailyTokens }),
    },
    delivery: bot.delivery,
    moderation: moderation.flagged > 0,
    groups: { words: ["momo"], overheard: bot.overheard },
    texts: ownBot.texts,
    commands: ownBot.commands,
  });
}
