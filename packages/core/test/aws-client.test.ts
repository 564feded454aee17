import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { createLog } from "@henji/core/log";
import {
  createInbox,
  createQueueClient,
  createSender,
  type Incoming,
  logRefused,
} from "@henji/core/queue/sqs";
import { createTableClient } from "@henji/core/table";
import { afterEach, expect, test } from "vitest";

let close: (() => void) | undefined;
afterEach(() => close?.());

const credentials = { accessKeyId: "x", secretAccessKey: "x" };
const patient = { deadlineMs: 20_000 };
const impatient = { deadlineMs: 100 };

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  // The client must close idle sockets: this server never does.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume().on("end", () => handle(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return {
    region: "local",
    credentials,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

const message = (n: number): Incoming => ({
  messageId: `m${n}`,
  receiptHandle: `r${n}`,
  chatId: `c${n}`,
  sequence: "",
  body: "",
  receiveCount: 1,
});

function answer(response: ServerResponse, body: object) {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
}

test("a call whose response stops after the headers ends at its deadline, as unavailable", async () => {
  const config = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": 100 });
    response.write("{");
  });
  const table = { client: createTableClient(config, impatient), table: "Conversations" };
  const queue = createQueueClient(config, impatient);
  const inbox = createInbox(queue, `${config.endpoint}/0/q.fifo`, `${config.endpoint}/0/d.fifo`);
  const outgoing = { chatId: "c", eventId: "e", body: "b" };
  const reason = { code: "c", reason: "r", attempts: 1, receivedAt: 1, parkedAt: 2 };
  const calls = [
    createChats(createChatStore(table)).state("U1", 0).catch(codeOf),
    createSender(queue, `${config.endpoint}/0/q.fifo`)
      .send([outgoing], new AbortController().signal)
      .catch(codeOf),
    inbox.delete([message(1)]).catch(codeOf),
    inbox.changeVisibility([message(1)], 1).catch(codeOf),
    inbox.park(message(1), reason).catch(codeOf),
  ];
  expect(await Promise.all(calls)).toEqual([
    "table.unavailable: DynamoDB: TimeoutError",
    ...Array(4).fill("queue.unavailable: SQS: TimeoutError"),
  ]);
});

test("a call that must wait before its repeat also ends at its deadline", async () => {
  // Long enough for the first response on a busy machine.
  const config = await serve((_request, response) =>
    response.writeHead(503, { "retry-after": "3600" }).end(),
  );
  const table = { client: createTableClient(config, { deadlineMs: 2_000 }), table: "Conversations" };
  expect(await createChats(createChatStore(table)).state("U1", 0).catch(codeOf)).toBe(
    "table.unavailable: DynamoDB: TimeoutError",
  );
});

test.each([
  [
    "whose body stalls once",
    (response: ServerResponse) => void response.writeHead(200, { "content-length": 100 }).write("{"),
  ],
  ["that does not begin", () => {}],
])("a response %s is requested again within the deadline", async (_, stall) => {
  let attempts = 0;
  const config = await serve((_request, response) => {
    attempts += 1;
    if (attempts > 1) return answer(response, { Item: { pk: { S: "here" } } });
    stall(response);
  });
  // Half of it passes in real time; the rest must be enough on a busy machine.
  const client = createTableClient(config, { deadlineMs: 4_000 });
  const { Item } = await client.send(new GetItemCommand({ TableName: "t", Key: { pk: { S: "k" } } }));
  expect(Item).toEqual({ pk: { S: "here" } });
});

test("a call ends at its deadline, whatever number of retries the SDK has left", async () => {
  let attempts = 0;
  const config = await serve(() => {
    attempts += 1;
  });
  const client = createTableClient({ ...config, maxAttempts: 10 }, impatient);
  const call = createChats(createChatStore({ client, table: "Conversations" }))
    .state("U1", 0)
    .catch(codeOf);
  expect(await call).toBe("table.unavailable: DynamoDB: TimeoutError");
  expect(attempts).toBeLessThan(10);
});

test("sockets that died while idle cost no call and no attempt", async () => {
  const sockets = new Set<Socket>();
  const dead = new Set<Socket>();
  let waiting: (() => void)[] = [];
  let unheard = 0;
  const config = await serve(({ socket }, response) => {
    // As when a firewall has dropped the connection: nothing ever comes back.
    if (dead.has(socket)) {
      unheard += 1;
      return;
    }
    sockets.add(socket);
    waiting.push(() => answer(response, { Successful: [], Failed: [] }));
    if (waiting.length < 10) return;
    for (const go of waiting) go();
    waiting = [];
  });
  let now = 1_800_000_000_000;
  const client = createQueueClient(config, { ...patient, now: () => now });
  const inbox = createInbox(client, `${config.endpoint}/0/q.fifo`, "");
  const ten = () => Promise.all(Array.from({ length: 10 }, (_, n) => inbox.delete([message(n)])));

  await ten();
  expect(sockets.size).toBe(10);
  now += 9_000;
  await ten();
  expect(sockets.size, "used again while they are fresh").toBe(10);

  // The process is frozen for a minute: no timer fires, and nothing notices that the sockets die.
  for (const socket of sockets) dead.add(socket);
  now += 60_000;
  await ten();
  expect({ sockets: sockets.size, unheard }).toEqual({ sockets: 20, unheard: 0 });
});

test("entries that SQS refuses are reported with message and reason", async () => {
  const refusal = { Id: "1", SenderFault: true, Code: "ReceiptHandleIsInvalid" };
  const config = await serve((_request, response) =>
    answer(response, { Successful: [{ Id: "0" }, { Id: "2" }], Failed: [refusal] }),
  );
  const inbox = createInbox(createQueueClient(config, patient), `${config.endpoint}/0/q.fifo`, "");
  const messages = [message(0), message(1), message(2)];
  const refused = [{ message: message(1), code: "ReceiptHandleIsInvalid" }];
  expect(await inbox.delete(messages)).toEqual(refused);
  expect(await inbox.changeVisibility(messages, 5)).toEqual(refused);

  const lines: unknown[] = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) });
  logRefused(log, "queue.not_hidden", refused);
  logRefused(log, "queue.not_hidden", []);
  expect(lines).toMatchObject([{ name: "queue.not_hidden", code: "ReceiptHandleIsInvalid", messages: 1 }]);
});

function codeOf(error: Error & { code?: string }) {
  return `${error.code}: ${error.message}`;
}
