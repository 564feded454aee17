import type { Chat } from "../bot/bot.ts";
import type { Clock } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import { BotError } from "../error.ts";
import type { Log } from "../log.ts";
import type { AskTools, ModelAnswer, ModelCalls } from "../model/model.ts";
import { hold } from "../settings.ts";
import { toolLimits } from "../tool/limits.ts";
import type { Tool, ToolAudience } from "../tool/tool.ts";
import type { Repeated } from "../turn/answer.ts";
import type { TurnKey } from "../turn/place.ts";
import {
  type Confirmation,
  consented,
  emptyTranscript,
  outcomesUnknown,
  type StoredCall,
  type StoredRound,
  type Transcript,
} from "../turn/transcript.ts";
import type { Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { nothingSpent, type Spending } from "../usage/spent.ts";
import { cutText, type Ran, runTool } from "./run-tool.ts";

export type RoundsOptions = {
  tools: readonly Tool[];
  turns: Pick<Turns, "record" | "takeUpCalls" | "leaveCalls">;
  clock: Clock;
};

/** The turn whose calls its user was asked about, and what they said. */
export type Confirmed = { asking: string; isConfirmed: boolean };

export type RoundsRequest = {
  turn: Turn;
  repeats: Repeated | undefined;
  confirmed?: Confirmed | undefined;
  user: ToolAudience["user"];
  chat: Chat;
  spending: Spending;
  /** How long a tool and all that follows may take, milliseconds. */
  leftMs(): number;
  log: Log;
};

/** A call that can run, as soon as its user allows it if they are to be asked. */
export type ReadyCall = { tool: Tool; input: unknown };

/** What the model answers; or what its user must be asked first, and then it has no text. */
export type RoundsAnswer = ModelAnswer & {
  asking?: { calls: ReadyCall[]; confirms: Confirmation };
  /** What it said with its calls. */
  saidBefore?: string;
};

export type Rounds = {
  /** Asks, and runs what the model calls, until it answers. It goes on from what was stored before. */
  answer(ask: (tools: AskTools) => Promise<ModelAnswer>): Promise<RoundsAnswer>;
  /** Until when the turn is held, epoch milliseconds. */
  leaseUntil(): number;
};

const outcomeUnknown =
  "Error: the process ended while this ran. It may have had its effect: the outcome is unknown. It was not run again.";
const declined = "The user was asked and declined: it was not run, and nothing was changed.";
const tooMany = `Error: not run. At most ${toolLimits.maxCalls} calls are run at once.`;

/**
 * The model and its tools take turns, for a bounded number of rounds. The model's output is stored before anything
 * of it runs, and that a call which writes has begun; its result is stored after it. So whatever dies, a call runs at
 * most once: of one that has begun and has no result, the model is told that the outcome is unknown.
 */
export function createRounds({ tools, turns, clock }: RoundsOptions) {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));

  return async (request: RoundsRequest): Promise<Rounds> => {
    const { turn, user, chat, log } = request;
    const taken = await transcriptFor(request);
    const transcript = structuredClone(taken.transcript);
    const { origin = request.repeats?.origin } = taken;
    let { leaseUntil } = turn;
    let isFull = false;
    let isRecorded = true;

    async function record(forMs = 0): Promise<void> {
      const until = clock.now() + Math.max(hold.leaseMs, forMs);
      leaseUntil = await turns.record(spending(request), transcript, until, origin);
      isRecorded = true;
    }

    /** What was called is stored before another invocation is left to run it: the model is not paid for it twice. */
    async function checkTime(timeoutMs: number): Promise<void> {
      if (request.leftMs() >= timeoutMs) return;
      if (!isRecorded) await record();
      throw noTimeLeft();
    }

    /** Stored, and held for as long as it may run: a worker that stood still in between has lost the turn, or says so anew. */
    async function begin(call: StoredCall, { timeoutMs }: Tool): Promise<void> {
      await checkTime(timeoutMs);
      call.isBegun = true;
      do {
        await record(timeoutMs + toolLimits.marginMs);
      } while (clock.now() + timeoutMs > leaseUntil);
    }

    async function run(call: StoredCall, { tool, input }: ReadyCall): Promise<void> {
      const startedAt = clock.now();
      const { idempotencyKey } = call;
      const ran: Ran = await runTool(tool, { input, user, chat, idempotencyKey, log }, clock);
      call.result = hasRoom() ? ran.text : cutText(ran.text, toolLimits.leastResultLength);
      isRecorded = false;
      const { outcome } = ran;
      log.with({}, ran.cause).info("tool.ran", { tool: tool.name, outcome, ms: clock.now() - startedAt });
    }

    function settle(call: StoredCall, outcome: string, text: string): void {
      call.result = text;
      log.info("tool.not_run", { tool: call.name, outcome });
    }

    /** What the call asks for; nothing, if the model can be told at once why it does not run. */
    function readCall(call: StoredCall, n: number): ReadyCall | undefined {
      const tool = byName.get(call.name);
      const mayHaveRun = call.isBegun && tool?.effect !== "reads" && !tool?.isIdempotent;
      if (n >= toolLimits.maxCalls) settle(call, "too_many", tooMany);
      else if (mayHaveRun) settle(call, "unknown", outcomeUnknown);
      else if (!tool) settle(call, "unknown_tool", "Error: there is no such tool.");
      else if (call.consent === "declined") settle(call, "declined", declined);
      else {
        const read = tool.read(call.arguments);
        if ("input" in read) return { tool, input: read.input };
        settle(call, "invalid_input", `Error: ${read.mistake}.`);
      }
      return undefined;
    }

    /** What writes comes first, one after another, so that what reads sees it. @returns what its user must be asked */
    async function runRound({ calls }: StoredRound): Promise<ReadyCall[]> {
      const asking: ReadyCall[] = [];
      const reading: { call: StoredCall; asked: ReadyCall }[] = [];
      for (const [n, call] of calls.entries()) {
        const asked = call.result === undefined ? readCall(call, n) : undefined;
        if (!asked) continue;
        const { tool } = asked;
        if (tool.confirm !== false && call.consent === undefined) asking.push(asked);
        else if (tool.effect === "reads") reading.push({ call, asked });
        else {
          await begin(call, tool);
          await run(call, asked);
          await record();
        }
      }
      if (reading.length === 0) return asking;
      if (!isRecorded) await record();
      await checkTime(Math.max(...reading.map(({ asked }) => asked.tool.timeoutMs)));
      await Promise.all(reading.map(({ call, asked }) => run(call, asked)));
      return asking;
    }

    function said(): string {
      return transcript.rounds.flatMap(({ text }) => text ?? []).join("\n");
    }

    function roundOf({ output, calls }: ModelCalls, text: string): StoredRound {
      const before = transcript.rounds.reduce((sum, round) => sum + round.calls.length, 0);
      return {
        ...(text !== "" && { text }),
        output,
        calls: calls.map((call, n) => ({ ...call, idempotencyKey: `${turn.eventId}/${before + n + 1}` })),
      };
    }

    function hasRoom(...more: StoredRound[]): boolean {
      return (
        Buffer.byteLength(JSON.stringify([...transcript.rounds, ...more])) <= toolLimits.maxTranscriptBytes
      );
    }

    return {
      leaseUntil: () => leaseUntil,

      async answer(ask) {
        for (;;) {
          const last = transcript.rounds.at(-1);
          const calls = last ? await runRound(last) : [];
          if (calls.length > 0) {
            const until = clock.now() + toolLimits.confirmWithinMs;
            const asking = { calls, confirms: { transcript, until } };
            return { text: "", cut: false, refused: false, usage: nothingSpent, asking, saidBefore: said() };
          }
          const mayCall = !isFull && transcript.rounds.length < toolLimits.maxRounds;
          const rounds = transcript.rounds.map(({ output, calls }) => {
            return { output, results: calls.map(({ id, result = "" }) => ({ id, text: result })) };
          });
          const answer = await ask({ tools, rounds, mayCall }).catch(async (error) => {
            // The model's limit may hold the next request up again and again: what was paid for before is kept.
            if (!isRecorded) await record();
            throw error;
          });
          if (!answer.calls || !mayCall) return { ...answer, saidBefore: said() };
          const round = roundOf(answer.calls, answer.text);
          isFull = !hasRoom(round);
          if (isFull) continue;
          transcript.rounds.push(round);
          isRecorded = false;
        }
      },
    };
  };

  /** What the turn called in an earlier attempt, or what it takes up: of the turn that asked for a word, or of the one that it repeats. */
  async function transcriptFor(request: RoundsRequest): Promise<Begun> {
    const { turn, repeats, confirmed, log } = request;
    if (turn.transcript) return { transcript: turn.transcript };
    const key = confirmed?.asking ?? repeats?.calls?.key;
    if (key === undefined) return { transcript: emptyTranscript };
    const from: TurnKey = { chatId: turn.chatId, key };
    const taken = await turns.takeUpCalls(from, turn.key);
    if (!confirmed) return taken ?? takenByAnother(repeats!);
    if (!taken) throw alreadyTaken();
    const transcript = consented(taken.transcript, confirmed.isConfirmed ? "given" : "declined");
    await turns.record(spending(request), transcript, clock.now() + hold.leaseMs, taken.origin);
    await courtesy(() => turns.leaveCalls(from, turn.key), log, "calls.not_left");
    return { transcript };
  }
}

/** The turn with what it has taken so far. */
function spending({ turn, spending }: RoundsRequest): Turn {
  return { ...turn, spent: spending.soFar() };
}

/** What a turn goes on from; with `origin`, if it has taken it up. */
type Begun = { transcript: Transcript; origin?: string };

/** The other turn may be running them, or run them once it is replayed. */
function takenByAnother({ calls, origin }: Repeated): Begun {
  return { transcript: outcomesUnknown(calls?.transcript ?? emptyTranscript), origin };
}

/** The next attempt reads what became of it. */
function alreadyTaken(): BotError {
  return new BotError("calls.taken", "Another turn has taken up these calls, or they were erased", {
    retry: "later",
  });
}

/** Another invocation goes on from what is stored. */
function noTimeLeft(): BotError {
  return new BotError("tool.no_time", "Too little of the invocation is left to run a tool", {
    retry: "later",
  });
}
