import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { throttle } from "../../packages/core/bench/throttle.ts";
import { ingress, worker } from "../../packages/core/src/settings.ts";

/** Milliseconds: by the clock, and of a processor. */
export type Took = { ms: number; processorMs: number };

/** What importing the bundle took, and then its first message, until the handler had returned. */
export type Started = { imported: Took; answered: Took };

export type Target = { name: string; directory: string; environment: Record<string, string> };

/** AWS is called by HTTPS, for which the SDK does without node:http, and `fetch`, which comes with an import of it. */
const withoutHttp = `
  const http = "const { Agent, request } = process.getBuiltinModule('node:http'); export { Agent, request };";
  registerHooks({
    resolve: (name, context, next) => name === "node:http"
      ? { url: "data:text/javascript," + encodeURIComponent(http), shortCircuit: true }
      : next(name, context),
  });`;

/** Imports, and when told so calls the handler with what it is told; says each time what it took. */
const script = `
  import { registerHooks } from "node:module";
  import { createInterface } from "node:readline";
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  await lines.next();
  const timed = async (run) => {
    const used = process.cpuUsage();
    const startedAt = performance.now();
    const result = await run();
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(used);
    console.log("took " + JSON.stringify({ ms, processorMs: (user + system) / 1000 }));
    return result;
  };
  const { handler } = await timed(() => import("./bundle.mjs"));
  ${withoutHttp}
  const event = JSON.parse((await lines.next()).value);
  const answer = await timed(() => handler(event, { getRemainingTimeInMillis: () => ${worker.timeoutS * 1000} }));
  console.log("answer " + JSON.stringify(answer));
  process.exit();`;

/**
 * Starts a function in a process that has done nothing else, and gives it its first message.
 *
 * @param url where all services are
 * @param memoryMb it has as much of a processor as a function of that size, once it is imported; if not set, all of it
 */
export async function startOnce(target: Target, url: string, memoryMb?: number): Promise<Started> {
  const { name, directory, environment } = target;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: directory,
    env: {
      ...{ ...environment, PATH: process.env.PATH, AWS_REGION: "ap-northeast-1" },
      ...{ AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none", AWS_ENDPOINT_URL: url },
      ...{ OPENAI_BASE_URL: `${url}/v1`, LINE_API_BASE_URL: url, LINE_DATA_API_BASE_URL: url },
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const printed: string[] = [];
  async function next(kind: string): Promise<string> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended before it said "${kind}"`);
      if (!value.startsWith(`${kind} `)) printed.push(value);
      else return value.slice(kind.length + 1);
    }
  }
  const exited = once(child, "exit");
  child.stdin.write("\n");
  const imported: Took = JSON.parse(await next("took"));
  const release = memoryMb === undefined ? () => {} : throttle(child.pid!, memoryMb);
  child.stdin.write(`${JSON.stringify(eventOf(name))}\n`);
  const answered: Took = JSON.parse(await next("took"));
  const answer = await next("answer");
  release();
  await exited;
  if (!accepted.has(answer.replace(/"headers":\{.*?\},/, ""))) {
    throw new Error(`${name} answered ${answer} after ${printed.join("\n")}`);
  }
  return { imported, answered };
}

const accepted = new Set(['{"batchItemFailures":[]}', '{"statusCode":200,"body":"OK"}', "undefined"]);

export const memoryOf = (name: string) => (name.startsWith("worker") ? worker : ingress).memoryMb;

function eventOf(name: string): object {
  const now = Date.now();
  const event = {
    ...{ type: "message", webhookEventId: "01J00000000000000000000000", timestamp: now, mode: "active" },
    ...{
      source: { type: "user", userId: "U1" },
      replyToken: "token",
      deliveryContext: { isRedelivery: false },
    },
    message: { type: "text", id: "1", text: "Hello", quoteToken: "quote" },
  };
  if (name.startsWith("worker")) return { Records: [recordOf(event, now)] };
  const body = JSON.stringify({ destination: "U0", events: [event] });
  const signature = createHmac("sha256", "dummy-LineChannelSecret").update(body).digest("base64");
  return {
    ...{ version: "2.0", rawPath: "/", rawQueryString: "", body, isBase64Encoded: false },
    headers: { "x-line-signature": signature },
    requestContext: {
      domainName: "example.on.aws",
      http: { method: "POST", path: "/", sourceIp: "192.0.2.1" },
    },
  };
}

function recordOf(event: { webhookEventId: string }, now: number): object {
  const { webhookEventId: eventId } = event;
  return {
    ...{ messageId: "1", receiptHandle: "1", messageAttributes: {} },
    body: JSON.stringify({ version: 2, platform: "line", eventId, event, receivedAt: now }),
    attributes: { MessageGroupId: "U1", SequenceNumber: "1", ApproximateReceiveCount: "1" },
  };
}
