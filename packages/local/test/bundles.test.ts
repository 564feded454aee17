import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { root, synthesize } from "../../../stacks/test/synth/template.ts";
import { startLocal } from "../src/start.ts";

test("the two functions as built for Lambda answer a message, each in a process of its own", async () => {
  const [{ bundles }, local] = await Promise.all([synthesize("answers"), startLocal()]);
  await local.stopWorker();

  /** Calls the built handler once, with the links and endpoints of the local system. */
  async function invoke(name: "ingress" | "worker", event: unknown): Promise<unknown> {
    const source = `packages/functions/src/${name}.handler`;
    const { directory, handler } = bundles.find((bundle) => bundle.source === source)!;
    const [file, method] = handler.split(".");
    const script = `
      const { ${method} } = await import("./${file}.mjs");
      const answer = await ${method}(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 });
      process.stdout.write("\\n" + JSON.stringify(answer));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: join(root, directory),
      env: local.environment,
    });
    return JSON.parse(stdout.split("\n").at(-1)!);
  }

  try {
    const { line, environment } = local;
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
    expect(await invoke("ingress", functionUrlEvent)).toMatchObject({ statusCode: 200 });

    const { url: QueueUrl } = JSON.parse(environment.SST_RESOURCES_JSON!).EventQueue;
    const { Messages = [] } = await new SQSClient({ useQueueUrlAsEndpoint: false }).send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"], WaitTimeSeconds: 5 }),
    );
    const Records = Messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
      ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes },
      messageAttributes: {},
    }));
    expect(Records).toHaveLength(1);
    expect(await invoke("worker", { Records })).toEqual({ batchItemFailures: [] });
    expect(line.timeline(userId).map(({ by }) => by)).toEqual(["user", "reply"]);
  } finally {
    await local.stop();
  }
}, 60_000);
