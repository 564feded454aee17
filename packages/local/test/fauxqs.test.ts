import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createDeadLetterQueue } from "@henji/core/queue/dead-letters";
import { createSender } from "@henji/core/queue/sqs";
import { afterEach, expect, test } from "vitest";
import { startOnLoopback } from "../src/fauxqs.ts";
import { createQueues } from "../src/sqs.ts";
import { useDirectory } from "./directory.ts";

const directory = useDirectory("test");

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** All of 127.0.0.0/8 is loopback: other addresses of it reach only servers that listen on all interfaces. */
async function answersAt(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 1_000 });
  stops.push(async () => socket.destroy());
  return Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "timeout").then(() => false),
  ]).catch(() => false);
}

test("SQS's stand-in listens on loopback only", async () => {
  const fauxqs = await startOnLoopback();
  stops.push(() => fauxqs.stop());
  expect(await answersAt("127.0.0.1", fauxqs.port)).toBe(true);
  expect(await answersAt("127.0.0.2", fauxqs.port)).toBe(false);
});

test("servers that start later listen on their own address", async () => {
  const fauxqs = await startOnLoopback();
  stops.push(() => fauxqs.stop());
  const server = createServer().listen(0, "0.0.0.0");
  stops.push(async () => server.close());
  await once(server, "listening");
  expect(server.address()).toMatchObject({ address: "0.0.0.0" });
});

test("a port in use is reported as such", async () => {
  const fauxqs = await startOnLoopback();
  stops.push(() => fauxqs.stop());
  await expect(startOnLoopback(fauxqs.port)).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a message that is made visible again is received again, also by the next run", async () => {
  const start = async () => {
    const fauxqs = await startOnLoopback(0, directory.path);
    const { client, deadLetterQueue } = await createQueues(fauxqs.address);
    stops.push(async () => client.destroy());
    const { url } = deadLetterQueue;
    return { fauxqs, queue: createDeadLetterQueue(client, url), sender: createSender(client, url) };
  };
  const first = await start();
  await first.sender.send([{ chatId: "C1", eventId: "E1", body: "Hello" }], AbortSignal.timeout(10_000));
  await first.queue.release(await first.queue.receive(60, 0));
  expect(await first.queue.depth()).toEqual({ waiting: 1, inFlight: 0 });
  await first.fauxqs.stop();
  const second = await start();
  stops.push(() => second.fauxqs.stop());
  const letters = await second.queue.receive(60, 0);
  expect(letters).toMatchObject([{ chatId: "C1", body: "Hello" }]);
  await second.queue.release(letters);
  expect(await second.queue.receive(60, 0)).toHaveLength(1);
});
