import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { BotError } from "@henji/core/error";
import { textContent, textOf } from "@henji/core/platform/content";
import { createTableClient, entityOf, expiryOf, type Table } from "@henji/core/table";
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

/** What a query finds; its key of the last item tells that there is more. */
const found = (Items: object[], more?: "more") => {
  const LastEvaluatedKey = more && { pk: { S: "U1" }, sk: { S: "turn#" } };
  return { status: 200, body: { Items, Count: Items.length, ...(more && { LastEvaluatedKey }) } };
};
const empty = found([]);

/** The chat's own item. */
function notes(windowStart: string) {
  const strings = { pk: "U1", sk: "turn~chat", chatId: "U1", windowStart, __edb_e__: "chat", __edb_v__: "1" };
  return {
    ...Object.fromEntries(Object.entries(strings).map(([name, S]) => [name, { S }])),
    ...{ version: { N: "1" }, expiresAt: { N: String(now / 1000 + 1) } },
  };
}

/** A stored turn. */
function item(n: number, status = "delivered") {
  const turnKey = `${now + n}#E${n}`;
  const strings = {
    ...{ pk: "U1", sk: `turn#${turnKey}`, chatId: "U1", key: turnKey, eventId: `E${n}` },
    ...{ status, owner: "w", question: JSON.stringify(textContent(`question ${n}`)) },
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
    aws.respond(found([item(1), item(2), item(3)], "more"));
    const first = await createChats(createChatStore(table)).page("U1", "", "~", now);
    expect(aws.requests).toMatchObject([{ body: { Limit: 500, ScanIndexForward: true } }]);
    expect(first.turns.map(({ question }) => textOf(question))).toEqual([
      "question 1",
      "question 2",
      "question 3",
    ]);
    expect(first.next! > `${now + 3}#E3`).toBe(true);
    expect(first.next! < `${now + 3}#E4`).toBe(true);
    aws.respond(found([item(4)]));
    expect(await createChats(createChatStore(table)).page("U1", first.next!, "~", now)).toMatchObject({
      ...{ turns: [{ question: textContent("question 4") }], next: undefined },
    });
    expect(JSON.stringify(aws.requests[1]?.body.ExpressionAttributeValues)).toContain(first.next);
  });
});

describe("a chat's memory", () => {
  const last = { chatId: "U1", key: `${now + 9}#E9`, sequence: "9" };
  const recall = (limit: number) => createChats(createChatStore(table)).recall(last, limit, now);
  const answers = (...ns: number[]) => ns.map((n) => item(n)).reverse();
  const dropped = (...ns: number[]) => ns.map((n) => item(n, "dropped")).reverse();

  test("is one query while it finds about as many turns as are asked for, and while it finds all", async () => {
    aws.respond(found(answers(1, 2, 3, 4), "more"));
    expect(await recall(4)).toMatchObject({ isWhole: false });
    // Beside the past there are the chat's own item and the turn at hand.
    aws.respond(found([notes(""), item(9, "claimed"), ...answers(1, 2)], "more"));
    expect(await recall(4)).toMatchObject({ isWhole: false });
    aws.respond(found(dropped(1, 2, 3, 4)));
    expect(await recall(4)).toMatchObject({ isWhole: true, turns: [] });
    aws.respond(found([notes(String(now + 2)), ...dropped(1, 2, 3)], "more"));
    expect(await recall(4)).toMatchObject({ isWhole: true, turns: [] });
    expect(aws.requests.map(({ body }) => body.Limit)).toEqual([4, 4, 4, 4]);
  });

  test("behind a flood takes one more, of what is older than the message", async () => {
    aws.respond(found(dropped(5, 6, 7, 8), "more"), found(answers(1, 2)));
    const { turns, isWhole } = await recall(4);
    expect(turns.map(({ question }) => textOf(question))).toEqual(["question 1", "question 2"]);
    expect(isWhole).toBe(true);
    expect(aws.requests).toHaveLength(2);
    const { Limit, ScanIndexForward, ExpressionAttributeValues } = aws.requests[1]!.body;
    expect({ Limit, ScanIndexForward }).toEqual({ Limit: 500, ScanIndexForward: false });
    expect(JSON.stringify(ExpressionAttributeValues)).toContain(`turn#${now + 9}~`);
  });

  test("is never more than was asked for, and says whether that is all of the window", async () => {
    const flood = dropped(6, 7, 8);
    aws.respond(found(flood, "more"), found(answers(1, 2, 3, 4, 5)));
    const { turns, isWhole } = await recall(3);
    expect(turns.map(({ question }) => textOf(question))).toEqual(["question 3", "question 4", "question 5"]);
    expect(isWhole).toBe(false);
    aws.respond(found([notes(String(now + 3)), ...flood], "more"), found(answers(1, 2, 3, 4, 5)));
    expect(await recall(4)).toMatchObject({ isWhole: true });
    aws.respond(found([notes(String(now + 2)), ...flood], "more"), found(answers(1, 2, 3, 4, 5), "more"));
    expect(await recall(4)).toMatchObject({ isWhole: true });
    aws.respond(found([notes(String(now + 1)), ...flood], "more"), found(answers(1, 2, 3, 4, 5)));
    expect(await recall(4)).toMatchObject({ isWhole: false });
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
      ...{ owner: "w1", leaseUntil: 17, listedAs: "2027-01-15" },
    };
    await createTurnStore(table).update(key, { name: "claim", when, set: { owner: "w2" } });
    await createTurnStore(table).update(key, { name: "park", when: { status: ["parked"] }, set: {} });
    const [whole, least] = aws.requests.map(conditionOf);
    expect(whole).toContain(
      "(status = claimed OR status = answered) AND owner = w1 AND leaseUntil = 17 AND listedAs = 2027-01-15",
    );
    expect(least).toContain("(status = parked)");
    expect(least).not.toMatch(/owner =|leaseUntil =|listedAs =/);
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
] as const)("%s is %s, retried %s, without DynamoDB's message", async (type, code, retry) => {
  const told = { code, retry, outcome: "failed", message: `DynamoDB: ${type}` };
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

test("an entity is made once for a table", () => {
  const table = { client: createTableClient({ region: "ap-northeast-1" }), table: "one" };
  const makes: string[] = [];
  const entity = entityOf(({ table }) => {
    makes.push(table);
    return {};
  });
  expect(entity(table)).toBe(entity(table));
  entity({ ...table, table: "other" });
  expect(makes).toEqual(["one", "other"]);
});
