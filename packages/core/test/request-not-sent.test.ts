import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import { createLine, type Line } from "@henji/core/platform/line/api";
import { tellingUnsent } from "@henji/core/platform/request-not-sent";
import { afterEach, beforeEach, expect, test } from "vitest";

/**
 * Listens in a thread that can be blocked. Linux then accepts as many connections as the backlog has room for
 * and does not answer others, which is how an overloaded host looks from outside. Pushes are never answered;
 * any other request is answered with the paths of all requests so far.
 */
const listener = `
  const { parentPort, workerData: gate } = require("node:worker_threads");
  const paths = [];
  const server = require("node:http").createServer(({ url }, response) => {
    paths.push(url);
    parentPort.postMessage(url);
    if (!url.endsWith("/push")) response.end(JSON.stringify(paths));
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    parentPort.once("message", () => {
      parentPort.postMessage("still");
      Atomics.wait(gate, 0, 0);
    });
  });
`;

/** More than the backlog has room for. */
const MANY = 16;

const message = [{ type: "text" as const, text: "Hello" }];
const push = (line: Line) => line.push("U1", message, "00000000-0000-5000-8000-000000000001");

let thread: Worker;
let url: string;
let goOn: () => void;

beforeEach(async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  goOn = () => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  thread = new Worker(listener, { eval: true, workerData: gate });
  const [port] = await once(thread, "message");
  url = `http://127.0.0.1:${port}`;
});

afterEach(async () => {
  goOn();
  await thread.terminate();
});

function lineUntil(signal: AbortSignal): Line {
  const clock = { now: () => Date.now(), timeout: () => signal };
  return createLine({ channelAccessToken: "token", baseUrl: url, clock });
}

/** Aborts as soon as the listener has received a request that it will not answer. */
function impatientLine(): Line {
  const controller = new AbortController();
  thread.on("message", (path) => {
    if (String(path).endsWith("/push")) controller.abort(new DOMException("", "TimeoutError"));
  });
  return lineUntil(controller.signal);
}

// Other systems treat a full backlog differently.
test.runIf(process.platform === "linux")("without a connection nothing is sent, now or later", async () => {
  thread.postMessage("stand still");
  await once(thread, "message");
  const sockets = Array.from({ length: MANY }, () => connect(Number(new URL(url).port), "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => {});
  await once(sockets[0]!, "connect");

  await expect(push(lineUntil(AbortSignal.timeout(300)))).rejects.toMatchObject({
    code: "line.unreachable",
    retry: "later",
    outcome: "failed",
  });

  for (const socket of sockets) socket.destroy();
  goOn();
  // If the aborted request were still sent, it would come before this one.
  const response = await fetch(`${url}/paths`);
  expect(await response.json()).toEqual(["/paths"]);
});

test("a request that was sent and not answered has an unknown outcome", async () => {
  await expect(push(impatientLine())).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
});

test("so has one over a connection that was already open", async () => {
  const line = impatientLine();
  await line.reply("token", message);
  await expect(push(line)).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
});

test("if nothing listens, nothing was sent", async () => {
  await thread.terminate();
  await expect(push(lineUntil(new AbortController().signal))).rejects.toMatchObject({
    code: "line.unreachable",
    outcome: "failed",
  });
});

test("a request of which Node says nothing may have been sent", async () => {
  const error = new TypeError("fetch failed");
  const fetch = tellingUnsent(() => Promise.reject(error));
  await expect(fetch("http://127.0.0.1")).rejects.toBe(error);
});
