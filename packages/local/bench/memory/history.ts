import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { table as keys } from "@henji/core/settings";
import { turnKeyOf } from "@henji/core/turn/place";
import { eventIdOf, messageIdOf } from "./chat.ts";

type Item = Record<string, AttributeValue>;

/** What the real worker has written: the items of a chat's turns, and the chat's item. */
export type Templates = { turns: Item[]; chat: Item };

export async function readTemplates(
  client: DynamoDBClient,
  table: string,
  chatId: string,
): Promise<Templates> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: `${keys.partitionKey} = :chat`,
        ExpressionAttributeValues: { ":chat": { S: chatId } },
        ExclusiveStartKey,
      }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  const chat = items.pop();
  if (!chat?.summary) throw new Error("The chat that the history is copied from has no notes");
  // Without the first turn of a day, which is also in the index.
  return { turns: items.filter(({ list }) => list === undefined), chat };
}

export type HistoryRequest = {
  chatId: string;
  turns: number;
  /** Of the newest turn, epoch milliseconds; the others came before it, one every `pauseMs`. */
  endsAt: number;
  pauseMs: number;
  /** Turns in the window. */
  window: number;
  onProgress: (written: number) => void;
};

/** DynamoDB: at most 25 items in a batch. Several batches side by side keep dynalite busy. */
const BATCH = 25;
const SIDE_BY_SIDE = 4;

/** Writes a chat's history as the worker would have left it: copies of real items with keys and times of their own. */
export async function writeHistory(
  client: DynamoDBClient,
  table: string,
  templates: Templates,
  request: HistoryRequest,
): Promise<void> {
  const { chatId, turns, endsAt, pauseMs, window, onProgress } = request;
  const timeOf = (n: number) => endsAt - (turns - 1 - n) * pauseMs;
  const turnAt = (n: number) => copyOfTurn(templates.turns[n % templates.turns.length]!, chatId, timeOf(n));
  let next = 0;
  let written = 0;

  async function writeBatches() {
    while (next < turns) {
      const from = next;
      next = Math.min(turns, from + BATCH);
      const items = Array.from({ length: next - from }, (_, n) => turnAt(from + n));
      await write(items);
      written += items.length;
      onProgress(written);
    }
  }
  async function write(items: Item[]) {
    let left: WriteRequest[] = items.map((Item) => ({ PutRequest: { Item } }));
    while (left.length > 0) {
      const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
      left = (await client.send(command)).UnprocessedItems?.[table] ?? [];
    }
  }

  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, writeBatches));
  if (turns <= window) return;
  const windowStart = keyAt(chatId, timeOf(turns - window));
  await write([
    { ...templates.chat, pk: { S: chatId }, chatId: { S: chatId }, windowStart: { S: windowStart } },
  ]);
}

function copyOfTurn(template: Item, chatId: string, at: number): Item {
  const key = keyAt(chatId, at);
  const day = new Date(at).toISOString().slice(0, 10);
  return {
    ...template,
    pk: { S: chatId },
    sk: { S: `turn#${key}` },
    chatId: { S: chatId },
    key: { S: key },
    eventId: { S: eventIdOf(at) },
    messageId: { S: messageIdOf(at) },
    leaseUntil: { N: String(at) },
    finishedAt: { N: String(at) },
    usage: { M: { ...template.usage?.M, day: { S: day } } },
  };
}

function keyAt(chatId: string, at: number): string {
  return turnKeyOf(chatId, { eventId: eventIdOf(at), at }).key;
}
