import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { invoke } from "../../../stacks/test/synth/invoke.ts";
import { synthesize } from "../../../stacks/test/synth/template.ts";
import { startLocal } from "../src/start.ts";
import { linksOf } from "./support.ts";

test("the two functions as built for Lambda answer a message, each in a process of its own", async () => {
  const [{ bundles }, local] = await Promise.all([synthesize("answers"), startLocal()]);
  await local.stopWorker();

  const call = async (name: "ingress" | "worker", event: unknown) => {
    const source = `packages/functions/src/${name}.handler`;
    const bundle = bundles.find((bundle) => bundle.source === source)!;
    return (await invoke(bundle, event, local.environment)).answer;
  };

  try {
    const { line } = local;
    const { userId } = line.addUser({ name: "Aki" });
    const webhook = line.webhook([line.say({ from: userId, text: "こんにちは👋" })]);
    const functionUrlEvent = {
      ...{ version: "2.0", rawPath: "/", rawQueryString: "" },
      headers: Object.fromEntries(webhook.headers),
      requestContext: {
        domainName: "ingress.lambda-url.ap-northeast-1.on.aws",
        http: { method: "POST", path: "/", sourceIp: "192.0.2.1" },
      },
      body: Buffer.from(await webhook.arrayBuffer()).toString("base64"),
      isBase64Encoded: true,
    };
    expect(await call("ingress", functionUrlEvent)).toMatchObject({ statusCode: 200 });

    const QueueUrl = linksOf(local).EventQueue?.url;
    const { Messages = [] } = await new SQSClient({ useQueueUrlAsEndpoint: false }).send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"], WaitTimeSeconds: 5 }),
    );
    const Records = Messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
      ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes },
      messageAttributes: {},
    }));
    expect(Records).toHaveLength(1);
    expect(await call("worker", { Records })).toEqual({ batchItemFailures: [] });
    expect(line.timeline(userId).map(({ by }) => by)).toEqual(["user", "reply"]);
  } finally {
    await local.stop();
  }
}, 60_000);
