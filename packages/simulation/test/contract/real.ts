import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import type { Clock } from "@henji/core/clock";
import { createModel } from "@henji/core/model/lazy";
import { createSlotsStore } from "@henji/core/model/slots-store";
import { createLine } from "@henji/core/platform/line/api";
import { createDeadLetterQueue } from "@henji/core/queue/dead-letters";
import { createInbox, createSender } from "@henji/core/queue/sqs";
import { createTurnRegister } from "@henji/core/turn/register";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createTotals } from "@henji/core/usage/totals";
import { createLineSimulator, MONTHLY_LIMITED, RATE_LIMITED, serveLine } from "@henji/line-simulator";
import { type AwsStandIns, startAws } from "@henji/local/aws";
import { createTable } from "@henji/local/dynamo";
import { createQueues, localAws } from "@henji/local/sqs";
import { createModelSimulator, type Fault, serveModel } from "@henji/model-simulator";
import type { LineFault, LinePorts } from "./line.ts";
import type { ModelFault, ModelPorts } from "./model.ts";
import type { QueuePorts } from "./queue.ts";
import type { TablePorts } from "./table.ts";

const closing: (() => Promise<unknown>)[] = [];

/** Stops every server that a suite has started. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

async function aws(): Promise<AwsStandIns> {
  const standIns = await startAws({
    sqsPort: 0,
    dynamodbPort: 0,
    sqsDirectory: undefined,
    dynamodbDirectory: undefined,
  });
  closing.push(standIns.stop);
  return standIns;
}

/** ElectroDB on dynalite. */
export async function realTable(): Promise<TablePorts> {
  const { dynamodb: endpoint } = await aws();
  const table = { client: new DynamoDBClient({ ...localAws, endpoint }), table: await createTable(endpoint) };
  const turnStore = createTurnStore(table);
  const chats = createChats(createChatStore(table));
  const [totals, register] = [createTotals(table), createTurnRegister(table)];
  const slotsStore = createSlotsStore(table);
  return { turnStore, turns: createTurns(turnStore), chats, totals, slotsStore, register };
}

/** The SQS client on fauxqs. Time is real here. */
export async function realQueue(): Promise<QueuePorts> {
  const standIns = await startAws({
    sqsPort: 0,
    dynamodbPort: 0,
    sqsDirectory: undefined,
    dynamodbDirectory: undefined,
  });
  const { client, eventQueue, deadLetterQueue } = await createQueues(standIns.sqs);
  const take = (QueueUrl: string) =>
    client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
  return {
    sender: createSender(client, eventQueue.url),
    inbox: createInbox(client, eventQueue.url, deadLetterQueue.url),
    async receive() {
      const { Messages = [] } = await take(eventQueue.url);
      return Messages.map(({ MessageId = "", ReceiptHandle = "", Body = "", Attributes = {} }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        chatId: Attributes.MessageGroupId ?? "",
        sequence: (Attributes.SequenceNumber ?? "").padStart(39, "0"),
        receiveCount: Number(Attributes.ApproximateReceiveCount),
      }));
    },
    advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    deadLetterQueue: createDeadLetterQueue(client, deadLetterQueue.url),
    async deadLetters() {
      const { Messages = [] } = await take(deadLetterQueue.url);
      return Messages.map(({ Body = "", Attributes = {}, MessageAttributes = {} }) => ({
        body: Body,
        chatId: Attributes.MessageGroupId ?? "",
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [name, StringValue]),
        ),
      }));
    },
    close: standIns.stop,
  };
}

/** The reason with which a deadline aborts. */
const timeout = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");

/** LINE's SDK on the LINE simulator. A deadline passes as soon as a request hangs, and only then. */
export async function realLine(): Promise<LinePorts> {
  let skippedMs = 0;
  let deadline = new AbortController();
  const clock: Clock = {
    now: () => Date.now(),
    timeout() {
      deadline = new AbortController();
      return deadline.signal;
    },
  };
  const secrets = { channelSecret: "secret", channelAccessToken: "token" };
  const simulator = createLineSimulator({
    ...secrets,
    clock: () => Date.now() + skippedMs,
    monthlyQuota: 5,
    webhookUrl: "http://127.0.0.1:9/",
  });
  const server = await serveLine({
    fetch(request) {
      const answer = simulator.fetch(request);
      if (simulator.requests.at(-1)?.fault === "hang") deadline.abort(timeout());
      return answer;
    },
  });
  closing.push(server.close);
  const line = createLine({ ...secrets, baseUrl: server.url, clock });
  return {
    line,
    user() {
      const { userId } = simulator.addUser({ name: "Aki" });
      const event = simulator.say({ from: userId, text: "hi" });
      // A token's minute starts when its webhook is sent.
      simulator.webhook([event]);
      return { userId, replyToken: event.replyToken! };
    },
    block: (userId) => void simulator.unfollow({ from: userId }),
    fault: (on, fault) => void simulator.faults.add({ on, times: 1, fault: lineFault(fault) }),
    async exhaustQuota() {
      const { userId } = simulator.addUser({ name: "Somebody else" });
      for (let n = 0; n < 5; n += 1) await push(userId);
    },
    advance(ms) {
      skippedMs += ms;
    },
    seen: (userId) =>
      simulator
        .timeline(userId)
        .flatMap((entry) => (entry.by === "user" ? [] : [String(Reflect.get(entry.message, "text"))])),
  };

  function push(to: string) {
    const body = JSON.stringify({ to, messages: [{ type: "text", text: "." }] });
    const headers = { authorization: "Bearer token", "content-type": "application/json" };
    return simulator.fetch(
      new Request("http://localhost/v2/bot/message/push", { method: "POST", body, headers }),
    );
  }
}

function lineFault(fault: LineFault) {
  if (fault.kind !== "status") return fault;
  if (fault.status !== 429) return fault;
  return fault.monthly ? MONTHLY_LIMITED : RATE_LIMITED;
}

const modelFaults: Record<Exclude<ModelFault, "cut">, Fault> = {
  rate_limited: { kind: "status", status: 429, code: "rate_limit_exceeded" },
  unavailable: { kind: "status", status: 503, code: null },
  quota_exhausted: {
    kind: "status",
    status: 429,
    code: "credit_balance_exhausted",
    type: "insufficient_quota",
  },
  unauthorized: { kind: "status", status: 401, code: "invalid_api_key" },
  unknown_model: { kind: "status", status: 404, code: "model_not_found" },
  invalid_prompt: { kind: "status", status: 400, code: "invalid_prompt" },
  context_too_long: { kind: "status", status: 400, code: "context_length_exceeded" },
  failed: { kind: "failed" },
  empty: { kind: "empty" },
  content_filter: { kind: "incomplete", reason: "content_filter" },
  hang: { kind: "hang" },
  unreachable: { kind: "lose-response" },
};

/** OpenAI's SDK on the model simulator. */
export async function realModel(): Promise<ModelPorts> {
  const simulator = createModelSimulator();
  const server = await serveModel(simulator, { port: 0 });
  closing.push(server.close);
  const settings = {
    name: "gpt-6-luna",
    maxOutputTokens: 100,
    timeoutS: 60,
    reasoningEffort: "none",
  } as const;
  let deadline = new AbortController();

  /** The deadline passes as soon as a request hangs, and only then. */
  async function watchForHang(): Promise<void> {
    while (simulator.requests.at(-1)?.fault?.kind !== "hang") await new Promise(setImmediate);
    deadline.abort(timeout());
  }

  return {
    model: createModel({ apiKey: "key", baseURL: server.url, settings }),
    answerWith: (text) => simulator.answerWith(() => text),
    fault(fault) {
      simulator.faults.add({
        times: 1,
        fault: fault === "cut" ? { kind: "incomplete", reason: "max_output_tokens" } : modelFaults[fault],
      });
      if (fault === "hang") void watchForHang();
    },
    calls: () => simulator.requests.length,
    deadline() {
      deadline = new AbortController();
      return deadline.signal;
    },
  };
}
