import type { DynamoDBClient, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-dynamodb";
import { textContent } from "@henji/core/platform/content";
import { createTableClient } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { startAws } from "@henji/local/aws";
import { createTable } from "@henji/local/dynamo";
import { localAws } from "@henji/local/sqs";
import type { FinalizeRequestMiddleware } from "@smithy/types";
import { expect, test } from "vitest";

/** A client that loses the first response to each request, after DynamoDB has executed it. */
function deafAtFirst(endpoint: string): DynamoDBClient {
  const client = createTableClient({ ...localAws, endpoint });
  const heard = new WeakSet<object>();
  const loseFirstResponse: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next) => async (args) => {
      const result = await next(args);
      if (heard.has(args.input)) return result;
      heard.add(args.input);
      throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
    };
  client.middlewareStack.addRelativeTo(loseFirstResponse, {
    relation: "after",
    toMiddleware: "retryMiddleware",
  });
  return client;
}

test("a write that the SDK repeats because its response was lost has the effect of one", async () => {
  const standIns = await startAws({
    ...{ sqsPort: 0, dynamodbPort: 0, sqsDirectory: undefined, dynamodbDirectory: undefined },
  });
  const table = await createTable(standIns.dynamodb);
  const turns = createTurns(createTurnStore({ client: deafAtFirst(standIns.dynamodb), table }));
  const now = 1_800_000_000_000;
  const claim = (owner: string, at: number) =>
    turns.claim({
      ...{
        chatId: "U1",
        key: `${now}#E1`,
        sequence: "",
        eventId: "E1",
        question: textContent("Hello"),
        messageId: "1",
        senderId: "U1",
        replay: undefined,
      },
      ...{ owner, now: at, leaseUntil: at + 20_000, expiresAt: now / 1000 + 86_400 },
    });

  const first = await claim("first", now);
  expect(first).toMatchObject({ kind: "claimed", turn: { attempts: 1, crashes: 0 } });
  if (first.kind !== "claimed") return;
  await turns.release(first.turn, { at: 0, code: "model.timeout", outcomeUnknownSince: undefined });
  const second = await claim("second", now + 5_000);
  expect(second).toMatchObject({ kind: "claimed", turn: { owner: "second", attempts: 2, crashes: 0 } });
  await standIns.stop();
});
