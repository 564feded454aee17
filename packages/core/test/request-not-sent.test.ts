import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import { createLine, type Line } from "@henji/core/platform/line/api";
import { tellingUnsent } from "@henji/core/platform/line/request-not-sent";
import { afterEach, beforeEach, expect, test } from "vitest";

/**
 * Listens in a thread, which stands still when it is told to. Linux then takes as many connections as its
 * backlog has room for and answers nobody else, which is how an overloaded host looks from outside. Pushes
 * are never answered; anything else with the paths of all requests so far.
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

/** Loses its patience as soon as the listener has a request that it will not answer. */
function impatientLine(): Line {
  const controller = new AbortController();
  thread.on("message", (path) => {
    if (String(path).endsWith("/push")) controller.abort(new DOMException("", "TimeoutError"));
  });
  return lineUntil(controller.signal);
}

// How a full backlog looks from outside is different elsewhere.
test.runIf(process.platform === "linux")(
  "a connection that was never made has sent nothing, and sends nothing later",
  async () => {
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
    // What was given up stands in line before it.
    const response = await fetch(`${url}/paths`);
    expect(await response.json()).toEqual(["/paths"]);
  },
);

test("a request that was sent and not answered may have taken effect", async () => {
  await expect(push(impatientLine())).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
});

test("so may one over a connection that was open already", async () => {
  const line = impatientLine();
  await line.reply("token", message);
  await expect(push(line)).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
});

test("nobody listens: nothing was sent", async () => {
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
