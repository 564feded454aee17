import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTeller, type Told } from "../src/dev-tell.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const told = (n: number): Told => ({ type: "event", eventId: String(n), event: {} });

/** Studio, which may be away. */
function studio() {
  const heard: string[] = [];
  const server = {
    heard,
    isAway: false,
    status: 204,
    requests: 0,
    complaints: [] as string[],
    complain: (line: string) => void server.complaints.push(line),
    fetch: async (_url: unknown, init?: RequestInit) => {
      server.requests += 1;
      if (server.isAway) throw new TypeError("fetch failed");
      if (server.status !== 204) return new Response(null, { status: server.status });
      const batch: { eventId: string }[] = JSON.parse(String(init?.body));
      heard.push(...batch.map(({ eventId }) => eventId));
      return new Response(null, { status: 204 });
    },
  };
  return server;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => String(from + n));

test("what is told arrives in order, and what was told while Studio was away once it is back", async () => {
  const server = studio();
  const { tell } = createTeller("http://studio.test", server);
  server.isAway = true;
  for (let n = 0; n < 150; n += 1) tell(told(n));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.heard).toEqual([]);
  // Once a second, however much is told.
  expect(server.requests).toBe(6);
  server.isAway = false;
  tell(told(150));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.heard).toEqual(numbers(0, 151));
  tell(told(151));
  await vi.advanceTimersByTimeAsync(0);
  expect(server.heard).toEqual(numbers(0, 152));
});

test("while Studio is away only the newest are kept", async () => {
  const server = studio();
  const { tell } = createTeller("http://studio.test", server);
  server.isAway = true;
  for (let n = 0; n < 5_000; n += 1) tell(told(n));
  await vi.advanceTimersByTimeAsync(500);
  server.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.heard).toEqual(numbers(3_000, 5_000));
});

test("closing sends what is left, and ends whether Studio is there or not", async () => {
  const server = studio();
  const { tell, close } = createTeller("http://studio.test", server);
  tell(told(1));
  tell(told(2));
  await close();
  expect(server.heard).toEqual(["1", "2"]);
  server.isAway = true;
  tell(told(3));
  await close();
  expect(server.heard).toEqual(["1", "2"]);
});

test.each([400, 403, 404, 413])(
  "after a %d nothing more is sent, and one line says what to do",
  async (status) => {
    const server = studio();
    const { tell, close } = createTeller("http://studio.test", server);
    server.status = status;
    tell(told(1));
    tell(told(2));
    await vi.advanceTimersByTimeAsync(60_000);
    server.status = 204;
    tell(told(3));
    await vi.advanceTimersByTimeAsync(60_000);
    await close();
    expect(server).toMatchObject({ requests: 1, heard: [] });
    expect(server.complaints).toEqual([
      expect.stringMatching(`http://studio.test answered ${status}.*restart npm run dev`),
    ]);
  },
);

test.each([408, 429, 500, 503])("after a %d it is sent again, without a word", async (status) => {
  const server = studio();
  const { tell } = createTeller("http://studio.test", server);
  server.status = status;
  tell(told(1));
  await vi.advanceTimersByTimeAsync(3_000);
  server.status = 204;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server).toMatchObject({ heard: ["1"], complaints: [] });
});
