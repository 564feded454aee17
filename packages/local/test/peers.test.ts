import { join } from "node:path";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGates, drawPlan } from "../bench/peers/faults.ts";
import { startFunction } from "../bench/peers/lambda.ts";
import { sizes } from "../bench/peers/measure.ts";
import type { Stage } from "../bench/peers/stage.ts";
import { type StandIns, startStandIns } from "../bench/peers/stand-ins.ts";
import { tableOf } from "../bench/peers/table.ts";
import { textOf } from "../src/answers.ts";
import type { FunctionUrlHandler } from "../src/function-url.ts";
import { toEvent } from "../src/lambda-event.ts";

describe("a peer answers, knowing what was said before", () => {
  const before = { ...process.env };
  let standIns: StandIns;
  let ingress: FunctionUrlHandler;

  beforeAll(async () => {
    standIns = await startStandIns({ name: "queue" }, (event) => ingress(event));
    // The peers read it when they are imported, and the AWS SDK when it is first called.
    Object.assign(process.env, standIns.environment);
    standIns.model.answerWith(({ messages }) => `I heard ${messages.map(({ text }) => text).join(", ")}`);
  });

  afterAll(async () => {
    process.env = before;
    await standIns.stop();
  });

  /** A new user says two things, and `work` is done after each. @returns the bot's side of the chat */
  async function answers(work = async () => {}): Promise<string[]> {
    const { line } = standIns;
    const { userId: from } = line.addUser({ name: "Aki" });
    for (const text of ["one", "two"]) {
      expect((await line.deliver([line.say({ from, text })])).status).toBe(200);
      await work();
    }
    return line
      .timeline(from)
      .flatMap((entry) => (entry.by === "user" ? [] : `${entry.by}: ${textOf(entry)}`));
  }

  async function receive(): Promise<SQSEvent> {
    const { sqs, queues } = standIns;
    const { url: QueueUrl, arn } = queues[0]!;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"] }),
    );
    for (const { ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return toEvent(Messages, arn);
  }

  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  const done = { batchItemFailures: [] };
  const first = "I heard one";
  const second = `I heard one, ${first}, two`;

  test("the echo bot, in the webhook", async () => {
    ingress = (await import("../bench/peers/echo-bot.ts")).handler;
    expect(await answers()).toEqual([`reply: ${first}`, `reply: ${second}`]);
  });

  test("the usual queue worker, once for each time that it is given the message", async () => {
    ingress = (await import("../bench/peers/enqueue.ts")).handler;
    const { handler } = await import("../bench/peers/queue-worker.ts");
    let event: SQSEvent | undefined;
    const work = async () => {
      event = await receive();
      expect(await handler(event)).toEqual(done);
    };
    expect(await answers(work)).toEqual([`reply: ${first}`, `reply: ${second}`]);
    const { length } = standIns.model.requests;
    // The reply token is used, so this one is a push.
    expect(await handler(event!)).toEqual(done);
    expect(standIns.model.requests).toHaveLength(length + 1);
  });

  test("the one with Powertools, once for each message", async () => {
    ingress = (await import("../bench/peers/enqueue.ts")).handler;
    const { handler } = await import("../bench/peers/powertools-worker.ts");
    const work = async () => {
      const event = await receive();
      for (let n = 0; n < 2; n += 1) expect(await handler(event, context)).toEqual(done);
    };
    expect(await answers(work)).toEqual([`reply: ${first}`, `reply: ${second}`]);
  });
});

test("a function's process answers, reports what it has used, and can be killed", async () => {
  const one = startFunction({
    runtime: join(import.meta.dirname, "../bench/peers/process.ts"),
    file: join(import.meta.dirname, "peers-function.ts"),
    memoryMb: 256,
    environment: { GREETING: "hello" },
  });
  try {
    expect(await one.invoke("Aki", 60_000)).toBe("hello Aki");
    await expect(one.invoke("fails", 60_000)).rejects.toThrow("it failed");
    expect(one.billed().invocations).toBe(2);
    const [report, ...others] = await one.reports();
    expect(report!.cpuMs).toBeGreaterThan(0);
    expect(others).toEqual([]);
    const never = one.invoke("never", 60_000);
    one.kill((event) => event === "Aki");
    expect(one.isBusy()).toBe(true);
    one.kill((event) => event === "never");
    await expect(never).rejects.toThrow("the process died: SIGKILL");
    expect(one.isBusy()).toBe(false);
  } finally {
    await one.stop();
  }
});

describe("the plan of faults", () => {
  test("is the same for everybody with the same seed, and has every kind", () => {
    const [one, same, other] = ["1", "1", "2"].map((seed) => drawPlan(seed, 12, 10));
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one!.faults.size).toBe(40);
    const kinds = new Set([...one!.faults.values()].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      ...["killed", "line-fails", "line-lost", "model-fails", "model-lost", "twice"],
    ]);
  });

  test("comes true once for each question, where it says", async () => {
    const gates = createGates({
      ...{ chats: 4, questions: 1 },
      faults: new Map([
        [0, { kind: "model-fails", status: 503, times: 2 }],
        [1, { kind: "line-lost" }],
        [2, { kind: "killed", at: "before-sending" }],
        [3, { kind: "twice" }],
      ]),
    });
    const killed: boolean[] = [];
    const events = [0, 1, 2, 3].map((n) => ({ Records: [{ body: `question ${n}` }] }) as SQSEvent);
    const kill = (isMeant: (event: unknown) => boolean) => killed.push(...events.map(isMeant));
    gates.attach({ worker: { kill } } as unknown as Stage);

    const sent: string[] = [];
    const next = async (request: Request) => {
      sent.push(await request.text());
      return new Response();
    };
    const post = (url: string, body: string) =>
      new Request(`http://127.0.0.1/${url}`, { method: "POST", body });
    const asked = async (n: number) =>
      (await gates.model(post("v1/responses", `question ${n}`), next)).status;
    expect([await asked(0), await asked(0), await asked(0), await asked(1)]).toEqual([503, 503, 200, 200]);
    expect(gates.modelCalls()).toBe(4);

    sent.length = 0;
    const reply = (n: number) => gates.line(post("v2/bot/message/reply", `answer ${n}`), next);
    for (const n of [1, 2]) {
      await expect(reply(n)).rejects.toThrow();
      expect((await reply(n)).status).toBe(200);
    }
    // Of the first, LINE had the answer both times.
    expect(sent).toEqual(["answer 1", "answer 1", "answer 2"]);
    expect(killed).toEqual([false, false, true, false]);
    expect(events.map(gates.isDeliveredAgain)).toEqual([false, false, false, true]);
    expect(events.map(gates.isDeliveredAgain)).toEqual([false, false, false, false]);
  });
});

test("the table has a column for each contestant, and a line for what was measured", () => {
  const used = { workerMs: 8, ingressMs: 2, requests: { DynamoDB: 4, SQS: 1.5 } };
  const processor = {
    alone: { ...used, cpuMs: 10, ratio: 2 },
    tens: { ...used, cpuMs: 5, ratio: undefined },
  };
  const waitsS = { p50: 1.2, p90: 20.6, longest: 99 };
  const counts = { answered: 9, doubled: 1, parked: 0, lost: 1, modelCalls: 1.5, questions: 10, faulty: 3 };
  const contestants = {
    henji: { title: "Henji", processor, memory: { residentMb: 200, usedMb: 80 } },
    echo: { title: "echo bot", faults: { ...counts, disordered: [[2, 1]], waitsS, details: [] } },
  };
  expect(tableOf({ size: sizes.quick, seed: "1", contestants })).toEqual({
    "answered under faults": { Henji: "", "echo bot": "9 of 10" },
    "answered twice": { Henji: "", "echo bot": 1 },
    "left to an operator": { Henji: "", "echo bot": 0 },
    lost: { Henji: "", "echo bot": 1 },
    "chats out of order": { Henji: "", "echo bot": 1 },
    "waits p50 / p90 / longest (s)": { Henji: "", "echo bot": "1 / 21 / 99" },
    "model calls a question": { Henji: "", "echo bot": "1.50" },
    "processor alone (ms)": { Henji: "10 (2.00x)", "echo bot": "" },
    "processor in tens (ms)": { Henji: "5", "echo bot": "" },
    "requests alone": { Henji: 5.5, "echo bot": "" },
    "memory, resident (MB)": { Henji: 200, "echo bot": "" },
    "of it in use (MB)": { Henji: 80, "echo bot": "" },
  });
});
