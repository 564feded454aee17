import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startOnLoopback } from "../src/fauxqs.ts";

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
