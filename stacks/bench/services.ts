import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

const answer = {
  ...{ id: "resp_1", object: "response", status: "completed", error: null, incomplete_details: null },
  output: [
    {
      ...{ type: "message", id: "msg_1", role: "assistant", status: "completed" },
      content: [{ type: "output_text", text: "Hello!", annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    total_tokens: 103,
  },
};

type Write = {
  Item?: object;
  UpdateExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
};

/** All services of a bot at one address, each of which says yes at once. The table holds the one item last put. */
export async function startServices(): Promise<{ url: string; stop(): void }> {
  let stored: object = {};

  function replyTo({ url = "", headers }: Pick<IncomingMessage, "url" | "headers">, body: string): object {
    const [service = "", operation = ""] = String(headers["x-amz-target"] ?? "").split(".");
    if (service === "AmazonSQS") return { Successful: [], Failed: [] };
    if (operation === "Query") return { Items: [], Count: 0, ScannedCount: 0 };
    if (operation !== "") {
      const write: Write = JSON.parse(body);
      stored = write.Item ?? { ...stored, ...setBy(write) };
      return { Attributes: stored };
    }
    if (url.endsWith("/responses")) return answer;
    if (url.includes("/profile/")) return { displayName: "Aki", userId: "U1", language: "ja" };
    return { sentMessages: [{ id: "1" }] };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const reply = replyTo(request, Buffer.concat(chunks).toString());
    response.setHeader("content-type", "application/json").end(JSON.stringify(reply));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** Of an update, the attributes that it sets. */
function setBy({
  UpdateExpression,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
}: Write) {
  const set = UpdateExpression.matchAll(/(#\w+) = (:\w+)/g);
  return Object.fromEntries([...set].map(([, name, value]) => [names[name!]!, values[value!]]));
}
