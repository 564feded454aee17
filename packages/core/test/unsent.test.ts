import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { createLine, type Line } from "@henji/core/line/api";
import { afterEach, expect, test } from "vitest";

/**
 * Listens in a thread that stands still until it is let go. Linux then takes as many connections as its
 * backlog has room for and answers nobody else, which is how an overloaded host looks from outside.
 */
const listener = `
  const { parentPort, workerData: gate } = require("node:worker_threads");
  const server = require("node:http").createServer((request, response) => {
    parentPort.postMessage(request.url);
    request.url.endsWith("/reply") ? response.end("{}") : undefined;
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    parentPort.once("message", () => {
      parentPort.postMessage("still");
      Atomics.wait(gate, 0, 0);
    });
  });
`;

const message = [{ type: "text" as const, text: "Hello" }];
const push = (line: Line) => line.push("U1", message, "00000000-0000-5000-8000-000000000001");

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startListener() {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(listener, { eval: true, workerData: gate });
  const [port] = (await once(thread, "message")) as [number];
  const requests: string[] = [];
  const goOn = () => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  closing.push(() => {
    goOn();
    return thread.terminate();
  });
  return {
    requests,
    goOn,
    line: (patienceMs: number) =>
      createLine({
        channelAccessToken: "token",
        baseUrl: `http://127.0.0.1:${port}`,
        clock: { now: () => Date.now(), timeout: () => AbortSignal.timeout(patienceMs) },
      }),
    async standStill() {
      thread.postMessage("stand still");
      await once(thread, "message");
      thread.on("message", (path: string) => requests.push(path));
      await fillBacklog(port);
    },
    stop: () => thread.terminate(),
    listen: () => thread.on("message", (path: string) => requests.push(path)),
  };
}

/** Connects until nobody is let in any more. */
async function fillBacklog(port: number): Promise<void> {
  for (;;) {
    const socket: Socket = connect(port, "127.0.0.1").on("error", () => {});
    closing.push(() => socket.destroy());
    const isIn = await Promise.race([once(socket, "connect").then(() => true), sleep(200).then(() => false)]);
    if (!isIn) return;
  }
}

test("a connection that was never made has sent nothing, and sends nothing later", async () => {
  const { line, standStill, goOn, requests } = await startListener();
  await standStill();
  await expect(push(line(300))).rejects.toMatchObject({
    code: "line.unreachable",
    retry: "later",
    outcome: "failed",
  });
  for (const close of closing.splice(1)) close();
  goOn();
  // What was given up would be first, if it came.
  await line(10_000).reply("token", message);
  expect(requests).toEqual(["/v2/bot/message/reply"]);
});

test("a request that was sent and not answered may have taken effect", async () => {
  const { line, listen, requests } = await startListener();
  listen();
  await expect(push(line(300))).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
  expect(requests).toEqual(["/v2/bot/message/push"]);
});

test("so may one over a connection that was open already", async () => {
  const { line, listen, requests } = await startListener();
  listen();
  await line(5_000).reply("token", message);
  await expect(push(line(300))).rejects.toMatchObject({ code: "line.timeout", outcome: "unknown" });
  expect(requests).toHaveLength(2);
});

test("nobody listens: nothing was sent", async () => {
  const { line, stop } = await startListener();
  await stop();
  await expect(push(line(5_000))).rejects.toMatchObject({ code: "line.unreachable", outcome: "failed" });
});
