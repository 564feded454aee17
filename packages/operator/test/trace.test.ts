import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { chatHash } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import type { Table } from "@henji/core/table";
import { AFTER_ALL, timeOf, turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore } from "@henji/core/turn/store";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { refused, type ScriptedAws, scriptAws } from "../../core/test/scripted-aws.ts";
import { ask, awayFromMidnight, linksOf } from "../../local/test/support.ts";
import { henji } from "./command.ts";

let local: Local;
let table: Table;
let aki: string;
let ben: string;
let answered: string;
let parked: string;

const trace = (args: string[], env = local.environment) => henji(["trace", ...args], env);
const document = async (args: string[], env = local.environment) =>
  JSON.parse((await trace([...args, "--json"], env)).output);

beforeAll(async () => {
  await awayFromMidnight();
  local = await startLocal();
  table = { client: new DynamoDBClient(), table: linksOf(local).Conversations!.name! };
  aki = local.line.addUser({ name: "Aki" }).userId;
  await ask(local.line, aki, "secret one");
  // Of a user who was never answered, and so is on no day's list.
  ben = local.line.addUser({ name: "Ben" }).userId;
  local.model!.faults.add({ fault: { kind: "status", status: 400, code: "unsupported_parameter" } });
  await local.line.deliver([local.line.say({ from: ben, text: "secret two" })]);
  const stored = async () => [...(await chat(aki)), ...(await chat(ben))].map(({ status }) => status);
  await vi.waitFor(async () => expect(await stored()).toEqual(["delivered", "parked"]), {
    ...{ timeout: 110_000, interval: 100 },
  });
  [answered, parked] = [...(await chat(aki)), ...(await chat(ben))].map(({ key }) => key.slice(14)) as [
    string,
    string,
  ];
});
afterAll(async () => {
  table.client.destroy();
  await local.stop();
});

const chat = async (chatId: string) => (await local.chats.page(chatId, "", AFTER_ALL, Date.now())).turns;

/** A turn whose event has another time than its id says, so that only a whole chat or the whole table shows it. */
async function putTurn(chatId: string, eventId: string, text: string): Promise<void> {
  const { key } = turnKeyOf(chatId, { eventId, at: 1_000 });
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  await createTurnStore(table).create({
    ...{ chatId, key, eventId, sequence: "1", status: "delivered", owner: "", leaseUntil: 0, attempts: 1 },
    ...{ question: JSON.stringify(textContent(text)), messages: "[]", expiresAt },
  });
}

describe("the turn of an event", () => {
  test("is found by its id alone: one that was answered, and one that was given up on", async () => {
    const found = await document([answered]);
    expect(found).toMatchObject({
      ...{ eventId: answered, found: true, chat: chatHash(aki), status: "delivered", attempts: 1 },
      ...{ route: "reply", error: null, erased: false, replays: 0 },
      tokens: { input: expect.any(Number), cached: 0, output: expect.any(Number) },
    });
    expect(found.steps).toEqual([
      { at: expect.any(String), is: "claimed" },
      { at: expect.any(String), is: "answered", requestId: expect.stringMatching(/^req_/) },
      { at: expect.any(String), is: "delivered", route: "reply", requestId: expect.any(String) },
    ]);
    expect(await document([parked])).toMatchObject({
      ...{ found: true, status: "parked", error: "model.rejected" },
      steps: [{ is: "claimed" }, { is: "parked", code: "model.rejected", requestId: expect.any(String) }],
    });
    expect(await document([answered, "--chat", aki])).toEqual(found);
    expect(await document([answered, "--chat", chatHash(aki)])).toEqual(found);
  });

  test("is printed for people, without what was said unless they ask", async () => {
    const { code, output, error } = await trace([answered]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(output).toMatch(/^status +delivered, attempt 1, \d+\.\d s after it was sent$/m);
    expect(output).toMatch(/ answered +req_\d+$/m);
    expect(output).toMatch(/ delivered +reply +[0-9a-f-]{36}$/m);
    expect(output).not.toContain("secret");
    expect((await trace([answered, "--show-text"])).output).toContain("The user: secret one\nThe bot: ");
    expect((await document([answered, "--show-text"])).question).toEqual(textContent("secret one"));
  });

  test("that has another time than its id is found in its chat, or by reading the whole table, which is said", async () => {
    const [cho, eventId] = ["Ucho", "01M8HBZ7BWH6G1NFW93J1MGXN8"];
    await putTurn(cho, eventId, "hello");
    const missed = await trace([eventId]);
    expect(missed).toMatchObject({
      code: 1,
      error: "",
      output: expect.stringMatching(/^No turn of .*--scan/),
    });
    expect(await document([eventId, "--chat", cho])).toMatchObject({ found: true, chat: chatHash(cho) });
    const { code, output, error } = await trace([eventId, "--scan", "--json"]);
    expect({ code, error }).toEqual({
      code: 0,
      error: expect.stringMatching(/^Reads the whole table: \d+ items, /),
    });
    expect(JSON.parse(output)).toMatchObject({ found: true, chat: chatHash(cho) });
  });

  test("that is stored nowhere, and an id that is none", async () => {
    expect(await trace(["01M8HBZ7BWH6G1NFW93J1MGXN9", "--json"])).toMatchObject({
      code: 1,
      output: '{\n  "eventId": "01M8HBZ7BWH6G1NFW93J1MGXN9",\n  "found": false\n}\n',
    });
    expect(await trace(['"}'])).toEqual({ code: 2, output: "", error: "\"} is no event's id\n" });
  });
});

describe("--logs", () => {
  let logs: ScriptedAws;
  let stage: Record<string, string>;
  beforeEach(async () => {
    logs = await scriptAws();
    const links = { ...linksOf(local), IngressLogs: { name: "/in" }, WorkerLogs: { name: "/work" } };
    stage = {
      ...local.environment,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.config.endpoint,
      SST_RESOURCES_JSON: JSON.stringify(links),
    };
    return () => logs.close();
  });

  const line = (timestamp: number, entry: object, prefix = "") => ({
    timestamp,
    message: `${prefix}${JSON.stringify({ at: new Date(timestamp).toISOString(), level: "info", ...entry })}\n`,
  });
  const eventTime = async () => Number(timeOf((await chat(aki))[0]!.key));

  test("adds what both functions have logged of it, however many pages that takes", async () => {
    const at = await eventTime();
    logs.respond(
      { status: 200, body: { events: [], nextToken: "more" } },
      {
        status: 200,
        body: { events: [line(at + 100, { name: "event.enqueued", eventId: answered }, "x\tINFO\t")] },
      },
      {
        status: 200,
        body: {
          events: [
            line(at + 900, { name: "turn.delivered", eventId: answered, ms: 20, by: "reply" }),
            line(at + 300, { name: "turn.claimed", eventId: answered }),
            { timestamp: at + 950, message: `Task timed out at ${answered}\n` },
          ],
        },
      },
    );
    const found = await document([answered, "--logs"], stage);
    expect(found.logs).toEqual([
      { at: iso(at + 100), function: "ingress", level: "info", name: "event.enqueued", fields: {} },
      { at: iso(at + 300), function: "worker", level: "info", name: "turn.claimed", fields: {} },
      {
        ...{ at: iso(at + 900), function: "worker", level: "info", name: "turn.delivered" },
        fields: { ms: 20, by: "reply" },
      },
      { at: iso(at + 950), function: "worker", level: "", name: `Task timed out at ${answered}`, fields: {} },
    ]);
    const asked = logs.requests.map(({ operation, body }) => ({ operation, ...body }));
    const common = { operation: "FilterLogEvents", filterPattern: `"${answered}"`, startTime: at - 60_000 };
    expect(asked).toMatchObject([
      { ...common, logGroupName: "/in" },
      { ...common, logGroupName: "/in", nextToken: "more" },
      { ...common, logGroupName: "/work" },
    ]);
    const last = Date.parse(found.steps.at(-1).at);
    expect(logs.requests.map(({ body }) => body.endTime)).toEqual(asked.map(() => last + 10 * 60_000));
  });

  test("prints them for people, below the turn", async () => {
    const at = await eventTime();
    const delivered = line(at, { name: "turn.delivered", eventId: answered, ms: 20, by: "reply" });
    logs.respond({ status: 200, body: {} }, { status: 200, body: { events: [delivered] } });
    const { code, output } = await trace([answered, "--logs"], stage);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^status +delivered.*\n(?:.*\n)*logged +by +what\n.* worker +info +turn\.delivered +ms=20 by=reply$/m,
    );
  });

  test("shows what is logged of an event that has no turn", async () => {
    const eventId = "01M8HBZ7BWH6G1NFW93J1MGXN9";
    const enqueued = line(1_795_879_312_764, { name: "event.ignored", eventId });
    logs.respond({ status: 200, body: {} }, { status: 200, body: { events: [enqueued] } });
    const { code, output } = await trace([eventId, "--logs", "--json"], stage);
    expect({ code, ...JSON.parse(output) }).toMatchObject({
      ...{ code: 0, found: false, logs: [{ name: "event.ignored" }] },
    });
    expect(logs.requests[0]!.body.startTime).toBe(1_795_879_312_764 - 60_000);
  });

  test("says what is wrong if they cannot be read, and prints the turn nevertheless", async () => {
    const denied = {
      __type: "AccessDeniedException",
      message: "not authorized to perform: logs:FilterLogEvents",
    };
    logs.respond({ status: 400, body: denied });
    expect(await trace([answered, "--logs"], stage)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^status +delivered/m),
      error: expect.stringMatching(/^CloudWatch: AccessDeniedException: .*logs:FilterLogEvents\n$/),
    });
    logs.respond(refused("ResourceNotFoundException"));
    expect((await trace([answered, "--logs"], stage)).error).toBe(
      "CloudWatch: there is no such log group: is the stage deployed?\n",
    );
  });

  test("points to Studio on this machine, where there is no CloudWatch", async () => {
    const { code, output, error } = await trace([answered, "--logs", "--json"]);
    expect({ code, logs: JSON.parse(output).logs }).toEqual({ code: 1, logs: null });
    expect(error).toMatch(/no CloudWatch: open Studio/);
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
