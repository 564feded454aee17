// A function's process, as Lambda would start it: it loads the bundle, and handles one event at a time.
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { Session } from "node:inspector/promises";

export type Request = { id: number } & (
  | { event: unknown; deadline: number }
  | { report: "as-is" | "collected" }
  | { profile: "start" | "stop" }
);

/** What the process has used since it started. */
export type Report = {
  /** User and system, of all of its threads. */
  cpuMs: number;
  /** Resident memory, garbage included. */
  rssMb: number;
  /** What V8 holds in its heap, and outside of it. */
  usedMb: number;
  /** Requests that it has sent, by the address they were sent to. */
  requests: Record<string, number>;
};
export type Reply = { id: number } & (
  | { response: unknown }
  | { error: string }
  | { report: Report }
  | { profile: object }
);
export type Ready = { importMs: number };

const requests: Record<string, number> = {};
const count = (origin: string) => {
  requests[origin] = (requests[origin] ?? 0) + 1;
};
subscribe("http.client.request.start", (message) => {
  count(`http://${(message as { request: ClientRequest }).request.getHeader("host")}`);
});
subscribe("undici:request:create", (message) => {
  count((message as { request: { origin: string } }).request.origin);
});

const session = new Session();
const startedAt = performance.now();
const loaded = await import(process.argv[2] ?? "");
const ready: Ready = { importMs: performance.now() - startedAt };

process.on("message", async (request: Request) => {
  process.send?.({ id: request.id, ...(await handle(request)) });
});
process.send?.(ready);

async function handle(request: Request) {
  if ("report" in request) return { report: report(request.report === "collected") };
  if ("profile" in request) return { profile: await profile(request.profile) };
  const context = { getRemainingTimeInMillis: () => request.deadline - Date.now() };
  try {
    return { response: await loaded.handler(request.event, context) };
  } catch (error) {
    return { error: String(error) };
  }
}

function report(isCollected: boolean): Report {
  const rssMb = process.memoryUsage.rss() / 1024 / 1024;
  if (isCollected) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1000,
    ...{ rssMb, usedMb: (heapUsed + external) / 1024 / 1024 },
    requests,
  };
}

async function profile(what: "start" | "stop"): Promise<object> {
  if (what === "stop") {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    return profile;
  }
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  return {};
}
