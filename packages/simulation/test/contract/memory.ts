import { createChats } from "@henji/core/chat/chats";
import type { Clock } from "@henji/core/clock";
import { createTurns } from "@henji/core/turn/turns";
import { createMemoryLine } from "../../src/line.ts";
import { type Behaviour, createMemoryModel } from "../../src/model.ts";
import type { Failure, Network } from "../../src/network.ts";
import { createMemoryQueue } from "../../src/queue.ts";
import { createMemoryTable } from "../../src/table.ts";
import type { LineFault, LinePorts } from "./line.ts";
import type { ModelFault, ModelPorts } from "./model.ts";
import type { QueuePorts } from "./queue.ts";
import type { TablePorts } from "./table.ts";

/** A clock that the suite sets; only a hang takes real time, as little as possible. */
function settableClock() {
  let now = 1_800_000_000_000;
  const clock: Clock = { now: () => now, timeout: () => AbortSignal.timeout(20) };
  return {
    clock,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

/** A network that fails the next call to an operation in the given way. */
function faultyNetwork() {
  const faults = new Map<string, { failure: Failure; arrives: boolean }>();
  const network: Network = {
    async carry({ operation, effect, failed, patience }) {
      const fault = faults.get(operation);
      faults.delete(operation);
      if (!fault) return effect();
      if (fault.arrives) effect();
      if (fault.failure === "silence" && patience instanceof AbortSignal) await aborted(patience);
      return failed(fault.failure);
    },
  };
  return { network, faults };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

export async function memoryTable(): Promise<TablePorts> {
  const { turnStore, chatStore, ...rest } = createMemoryTable();
  return { turnStore, turns: createTurns(turnStore), chats: createChats(chatStore), ...rest };
}

export async function memoryQueue(): Promise<QueuePorts> {
  const { clock, advance } = settableClock();
  const queue = createMemoryQueue({ clock });
  return {
    ...queue,
    // One message of a chat at a time, as fauxqs does.
    receive: async () => queue.receive(10, 1),
    advance: async (ms) => advance(ms),
    async deadLetters() {
      return queue.deadLetters.messages().map(({ body, chatId, reason }) => ({
        body,
        chatId,
        attributes: Object.fromEntries(
          Object.entries(reason ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      }));
    },
    close: async () => {},
  };
}

export async function memoryLine(): Promise<LinePorts> {
  const { clock, advance } = settableClock();
  const { network, faults } = faultyNetwork();
  const refusals = new Map<string, "rate" | "quota_reserved" | "unauthorized">();
  let users = 0;
  let exhausted = false;
  const memory = createMemoryLine({
    clock,
    network,
    refuses(operation) {
      const refusal = refusals.get(operation);
      refusals.delete(operation);
      return refusal ?? (exhausted && operation === "line.push" ? "quota" : undefined);
    },
  });
  return {
    line: memory.line,
    user() {
      users += 1;
      const userId = `U${users}`;
      const replyToken = `token ${users}`;
      memory.giveToken(replyToken, userId, 60_000);
      return { userId, replyToken };
    },
    block: memory.block,
    fault(on, fault) {
      const refusal = refusalOf(fault);
      if (refusal) refusals.set(`line.${on}`, refusal);
      else faults.set(`line.${on}`, failureOf(fault));
    },
    async exhaustQuota() {
      exhausted = true;
    },
    advance,
    seen: (userId) =>
      memory.sent
        .filter(({ chatId, reached }) => chatId === userId && reached)
        .flatMap(({ messages }) => messages.map((message) => message.text)),
  };
}

function refusalOf(fault: LineFault) {
  if (fault.kind !== "status" || fault.status === 500) return undefined;
  if (fault.status === 401) return "unauthorized";
  return fault.monthly ? "quota_reserved" : "rate";
}

function failureOf({ kind }: LineFault): { failure: Failure; arrives: boolean } {
  if (kind === "status") return { failure: "status", arrives: false };
  if (kind === "hang") return { failure: "silence", arrives: false };
  return { failure: "broken", arrives: kind === "lose-response" };
}

const behaviours: Partial<Record<ModelFault, Behaviour>> = { content_filter: "refusal", failed: "empty" };

export async function memoryModel(): Promise<ModelPorts> {
  const { network, faults } = faultyNetwork();
  let next: Behaviour | undefined;
  let text = "An answer";
  let calls = 0;
  const model = createMemoryModel({
    network,
    behave() {
      const behaviour = next ?? "answer";
      next = undefined;
      return behaviour;
    },
    answer: () => text,
    onAsk() {
      calls += 1;
    },
  });
  return {
    model,
    answerWith(words) {
      text = words;
    },
    fault(fault) {
      if (fault === "unreachable") faults.set("model.ask", { failure: "broken", arrives: true });
      else next = behaviours[fault] ?? (fault as Behaviour);
    },
    calls: () => calls,
    deadline: () => AbortSignal.timeout(20),
  };
}
