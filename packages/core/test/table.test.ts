import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { BotError } from "@henji/core/error";
import { textContent, textOf } from "@henji/core/platform/content";
import { createTableClient, expiryOf, type Table } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createTotals } from "@henji/core/usage/totals";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refused, type ScriptedAws, scriptAws } from "./scripted-aws.ts";

// What the table's clients ask DynamoDB for, and what they make of its answers. That it works is in the contract.

const now = 1_800_000_000_000;
const key = { chatId: "U1", key: `${now}#E1` };
const place = { ...key, sequence: "1" };

let aws: ScriptedAws;
let table: Table;
beforeEach(async () => {
  aws = await scriptAws();
  table = { client: createTableClient(aws.config), table: "Conversations" };
});
afterEach(() => {
  table.client.destroy();
  aws.close();
});

const empty = { status: 200, body: { Items: [], Count: 0 } };

/** A stored turn. */
function item(n: number) {
  const turnKey = `${now + n}#E${n}`;
  const strings = {
    ...{ pk: "U1", sk: `turn#${turnKey}`, chatId: "U1", key: turnKey, eventId: `E${n}` },
    ...{ status: "delivered", owner: "w", question: JSON.stringify(textContent(`question ${n}`)) },
    ...{ __edb_e__: "turn", __edb_v__: "1" },
  };
  const numbers = { leaseUntil: now, attempts: 1, expiresAt: now / 1000 + 1 };
  return {
    ...Object.fromEntries(Object.entries(strings).map(([name, S]) => [name, { S }])),
    ...Object.fromEntries(Object.entries(numbers).map(([name, N]) => [name, { N: String(N) }])),
  };
}

describe("reads", () => {
  test("see every write that was confirmed before them", async () => {
    const chats = createChats(createChatStore(table));
    aws.respond(empty);
    await chats.recall(place, 50, now);
    aws.respond(empty);
    await chats.page("U1", "", "~", now);
    await chats.state("U1", now);
    await createTurnStore(table).read(key);
    aws.respond(empty);
    await createTotals(table).sum("2027-01-15");
    expect(aws.requests.map(({ operation }) => operation)).toEqual([
      ...["Query", "Query", "GetItem", "GetItem", "Query"],
    ]);
    for (const { body } of aws.requests) expect(body).toMatchObject({ ConsistentRead: true });
  });

  test("of a chat's memory are as small as they are said to be, and begin with the newest", async () => {
    aws.respond(empty);
    await createChats(createChatStore(table)).recall(place, 50, now);
    expect(aws.requests).toMatchObject([{ body: { Limit: 50, ScanIndexForward: false } }]);
  });

  test("of a chat's history come in pages, each beginning where the one before ended", async () => {
    const LastEvaluatedKey = { pk: { S: "U1" }, sk: { S: `turn#${now + 2}#E2` } };
    aws.respond({ status: 200, body: { Items: [item(1), item(2)], Count: 2, LastEvaluatedKey } });
    const first = await createChats(createChatStore(table)).page("U1", "", "~", now);
    expect(aws.requests).toMatchObject([{ body: { Limit: 500, ScanIndexForward: true } }]);
    expect(first.turns.map(({ question }) => textOf(question))).toEqual(["question 1", "question 2"]);
    expect(first.next! > `${now + 2}#E2`).toBe(true);
    expect(first.next! < `${now + 2}#E3`).toBe(true);
    aws.respond({ status: 200, body: { Items: [item(3)], Count: 1 } });
    expect(await createChats(createChatStore(table)).page("U1", first.next!, "~", now)).toMatchObject({
      ...{ turns: [{ question: textContent("question 3") }], next: undefined },
    });
    expect(JSON.stringify(aws.requests[1]?.body.ExpressionAttributeValues)).toContain(first.next);
  });
});

describe("writes", () => {
  /** A condition with its names and values in it. */
  function conditionOf({ body }: ScriptedAws["requests"][number]): string {
    const names = Object.entries(body.ExpressionAttributeNames as Record<string, string>);
    const values = Object.entries(body.ExpressionAttributeValues as Record<string, object>);
    return [...names, ...values.map(([name, value]) => [name, Object.values(value)[0]] as const)]
      .sort(([a], [b]) => b.length - a.length)
      .reduce(
        (condition, [name, value]) => condition.replaceAll(name, String(value)),
        String(body.ConditionExpression),
      );
  }

  test("of a turn take place only on what was read", async () => {
    const when = {
      status: ["claimed", "answered"] as const,
      ...{ owner: "w1", leaseUntil: 17, listedAt: "2027-01-15" },
    };
    await createTurnStore(table).update(key, { name: "claim", when, set: { owner: "w2" } });
    await createTurnStore(table).update(key, { name: "park", when: { status: ["parked"] }, set: {} });
    const [whole, least] = aws.requests.map(conditionOf);
    expect(whole).toContain(
      "(status = claimed OR status = answered) AND owner = w1 AND leaseUntil = 17 AND listedAt = 2027-01-15",
    );
    expect(least).toContain("(status = parked)");
    expect(least).not.toMatch(/owner =|leaseUntil =|listedAt =/);
  });

  test("that their condition refuses are nobody's fault", async () => {
    const store = createTurnStore(table);
    const write = { name: "claim", when: { status: ["claimed"] as const }, set: { owner: "w2" } };
    aws.respond(refused("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"));
    expect(await store.update(key, write)).toBeUndefined();
    const request = {
      ...{
        ...place,
        eventId: "E1",
        question: textContent("Hello"),
        messageId: "M1",
        senderId: "U1",
        owner: "w",
        replay: undefined,
      },
      ...{ now, leaseUntil: now + 1, expiresAt: 1 },
    };
    aws.respond(refused("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"));
    aws.respond({ status: 200, body: { Item: item(1) } });
    expect(await createTurns(store).claim(request)).toEqual({ kind: "finished", status: "delivered" });
    const state = await createChats(createChatStore(table)).state("U1", now);
    aws.respond(refused("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"));
    expect(await createChats(createChatStore(table)).update("U1", state, { summary: "", expiresAt: 1 })).toBe(
      false,
    );
  });

  test("of a day's tokens expire", async () => {
    await createTotals(table).add({ day: "2027-01-15", shard: 2, tokens: 100, now });
    const { body } = aws.requests[0]!;
    expect(body).toMatchObject({ Key: { pk: { S: "total#2027-01-15" }, sk: { S: "shard#2" } } });
    expect(Object.values(body.ExpressionAttributeValues as object)).toEqual(
      expect.arrayContaining([{ N: "100" }, { N: String(expiryOf(now, 30)) }]),
    );
  });
});

test.each([
  ["ValidationException", "table.rejected", "never"],
  ["ResourceNotFoundException", "table.unavailable", "later"],
  ["AccessDeniedException", "table.unavailable", "later"],
] as const)("%s is %s, retried %s; DynamoDB's own words are not told", async (type, code, retry) => {
  const told = { code, retry, outcome: "unknown", message: `DynamoDB: ${type}` };
  const store = createTurnStore(table);
  aws.respond(refused(`com.amazonaws.dynamodb.v20120810#${type}`));
  await expect(store.read(key)).rejects.toMatchObject(told);
  aws.respond(refused(`com.amazonaws.dynamodb.v20120810#${type}`));
  const write = { name: "claim", when: { status: ["claimed"] as const }, set: { owner: "w2" } };
  const error = await store.update(key, write).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(BotError);
  expect(error).toMatchObject(told);
});

test("an item of now expires with the last of its days", () => {
  expect(expiryOf(1_999, 2)).toBe(1 + 2 * 86_400);
});
