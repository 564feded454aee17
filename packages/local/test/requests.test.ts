import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { createPlayer, type TurnConsumed } from "../bench/memory/chat.ts";
import { type AwsStandIns, startAws } from "../src/aws.ts";
import { createTable } from "../src/dynamo.ts";
import { localAws } from "../src/sqs.ts";

let aws: AwsStandIns;
let turns: TurnConsumed[];

beforeAll(async () => {
  aws = await startAws();
  const client = new DynamoDBClient({ ...localAws, endpoint: aws.dynamodb });
  const memory = { ...bot.memory, maxTurns: 8 };
  const player = createPlayer({ client, table: await createTable(aws.dynamodb) }, { ...bot, memory });
  turns = [];
  const startsAt = Date.UTC(2026, 5, 1, 12);
  for (let n = 0; n < 20; n += 1) {
    const exchange = { question: `question ${n}`, answer: `answer ${n}` };
    turns.push(await player.play("U1", exchange, startsAt + n * 60_000));
  }
});

afterAll(() => aws.stop());

test("a turn takes one read and three writes, whatever the length of the history", () => {
  expect(turns.map(({ turn }) => turn)).toMatchObject(
    turns.map(() => ({ reads: 1, writes: 3, operations: { Query: 1, PutItem: 1, UpdateItem: 2 } })),
  );
});

test("a fold adds one read and one write", () => {
  const folds = turns.flatMap(({ fold }) => fold ?? []);
  expect(folds.length).toBeGreaterThan(2);
  expect(folds).toMatchObject(folds.map(() => ({ reads: 1, writes: 1 })));
});
