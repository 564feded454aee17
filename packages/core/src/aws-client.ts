import type { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex, Readable } from "node:stream";
import { idleSocketMs } from "./settings.ts";

/** Importing it would read all its exports, and one of them loads `fetch`: 20 ms that ingress never needs. */
const { Agent: HttpAgent } = process.getBuiltinModule("node:http");

export type CallLimits = {
  /** A whole call, its retry included. */
  deadlineMs: number;
  /** Epoch milliseconds; by it sockets count as idle. */
  now?: () => number;
};

type Next = (args: never) => Promise<{ response?: unknown }>;

/** What is used of an SDK client's middleware stack. */
type Stack = {
  add(middleware: (next: Next) => Next, options: { step: "initialize" }): void;
  add(middleware: (next: Next) => Next, options: { step: "deserialize"; priority: "low" }): void;
  remove(name: string): boolean;
};

/**
 * How this bot calls AWS: two attempts within one deadline, over sockets that still live.
 *
 * The SDK's own time-outs end with a response's headers: a body that stalls after them would
 * hang for minutes. And it takes whatever idle socket it has: while Lambda freezes a process no
 * timer fires and no FIN is read, so that after a thaw call upon call would meet a dead one.
 *
 * @returns options for the client, and the `plugin` for its middleware stack
 */
export function boundedCalls({ deadlineMs, now = Date.now }: CallLimits) {
  const attemptMs = deadlineMs / 2;
  const agents = { httpAgent: new HttpAgent(agentOptions), httpsAgent: new HttpsAgent(agentOptions) };
  const closeIdleSockets = Object.values(agents).map((agent) => watchIdle(agent, now));

  const endsByDeadline = (next: Next) => async (args: never) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(timedOut(deadlineMs)), deadlineMs);
    try {
      return await Promise.race([next(args), late]);
    } finally {
      clearTimeout(timer);
    }
  };

  /** Around each attempt, next to the socket. */
  const endsWithItsBody = (next: Next) => async (args: never) => {
    for (const close of closeIdleSockets) close();
    let body: Readable | undefined;
    const timer = setTimeout(() => body?.destroy(timedOut(attemptMs)), attemptMs);
    try {
      const result = await next(args);
      body = (result.response as { body: Readable }).body;
      body.once("close", () => clearTimeout(timer));
      return result;
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
  };

  return {
    options: {
      maxAttempts: 2,
      requestHandler: {
        ...agents,
        requestTimeout: attemptMs,
        connectionTimeout: Math.min(500, attemptMs),
        throwOnRequestTimeout: true,
      },
    },
    plugin: {
      applyToStack(stack: Stack) {
        stack.add(endsByDeadline, { step: "initialize" });
        stack.add(endsWithItsBody, { step: "deserialize", priority: "low" });
        // It copies all that goes in and comes out for a logger that no client here has: a third of a query's processor.
        stack.remove("loggerMiddleware");
      },
    },
  };
}

/** As the SDK's own agents. */
const agentOptions = { keepAlive: true, maxSockets: 50 };

/**
 * Closes what has been idle for too long at the moment of use, since no timer can be relied on.
 * The agent keeps its idle sockets oldest first and takes the newest, so it never takes one that is closing.
 */
function watchIdle(agent: Agent, now: () => number): () => void {
  const idleSince = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive;
  agent.keepSocketAlive = (socket) => {
    idleSince.set(socket, now());
    return keep.call(agent, socket);
  };
  return () => {
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && now() - (idleSince.get(socket) ?? 0) > idleSocketMs) socket.destroy();
    }
  };
}

/** By this name the SDK knows that it may try again. */
function timedOut(afterMs: number): Error {
  return Object.assign(new Error(`No complete response within ${afterMs} ms`), { name: "TimeoutError" });
}
