// A Lambda function, without Lambda: its processes handle one event at a time, and can be killed.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { heapLimits } from "../heap-limits.ts";
import type { Ready, Reply, Report, Request } from "./process.ts";

export type FunctionOptions = {
  /** The bundle of process.ts, which loads the next. */
  runtime: string;
  /** The bundle of the handler. */
  file: string;
  memoryMb: number;
  /** All of it: nothing is inherited. */
  environment: Record<string, string>;
};

export type LambdaFunction = {
  /** Calls the handler in an idle process, or in a new one. Rejects if that throws, is killed or takes too long. */
  invoke(event: unknown, timeoutMs: number): Promise<unknown>;
  /** Kills the processes that are at an event that this is true of. */
  kill(isMeant: (event: unknown) => boolean): void;
  /** Resolves when no process is at an event. */
  idle(): Promise<void>;
  isBusy(): boolean;
  /** Invocations so far that did not fail: how many, and for how long Lambda bills them, milliseconds. */
  billed(): { invocations: number; ms: number };
  /** Milliseconds that a new process takes to load the handler. */
  coldImport(): Promise<number>;
  /** Of every process that lives; with its garbage collected, at its expense, if so asked. */
  reports(options?: { isCollected: boolean }): Promise<Report[]>;
  /** Profiles every process that lives, meanwhile. @returns the profiles, as DevTools reads them */
  profile(meanwhile: () => Promise<void>): Promise<object[]>;
  stop(): Promise<void>;
};

type Question = Request extends infer One ? (One extends Request ? Omit<One, "id"> : never) : never;

type Instance = {
  child: ChildProcess;
  importMs: Promise<number>;
  /** What it is at. */
  event?: unknown;
  ask(question: Question): Promise<Reply>;
};

export function startFunction({ runtime, file, memoryMb, environment }: FunctionOptions): LambdaFunction {
  const instances = new Set<Instance>();
  const billed = { invocations: 0, ms: 0 };

  function start(): Instance {
    const child = fork(runtime, [file], {
      env: environment,
      execArgv: ["--expose-gc", ...heapLimits(memoryMb)],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    // On Lambda somebody reads what is printed.
    child.stdout?.resume();
    child.stderr?.resume();
    const waiting = new Map<number, PromiseWithResolvers<Reply>>();
    const ready = Promise.withResolvers<number>();
    ready.promise.catch(() => {});
    child.on("message", (message: Reply | Ready) => {
      if ("importMs" in message) return ready.resolve(message.importMs);
      waiting.get(message.id)?.resolve(message);
      waiting.delete(message.id);
    });
    const instance: Instance = {
      child,
      importMs: ready.promise,
      async ask(question) {
        const id = nextId++;
        const answer = Promise.withResolvers<Reply>();
        waiting.set(id, answer);
        answer.promise.catch(() => {});
        await ready.promise;
        child.send({ id, ...question } satisfies Request, () => {});
        return answer.promise;
      },
    };
    let nextId = 1;
    child.once("exit", (code, signal) => {
      instances.delete(instance);
      const died = new Error(`the process died: ${code ?? signal}`);
      ready.reject(died);
      for (const { reject } of waiting.values()) reject(died);
    });
    instances.add(instance);
    return instance;
  }

  const idleOnes = () => [...instances].filter(({ event }) => event === undefined);

  const isBusy = () => idleOnes().length < instances.size;

  return {
    async invoke(event, timeoutMs) {
      const instance = idleOnes()[0] ?? start();
      instance.event = event;
      const timeout = setTimeout(() => instance.child.kill("SIGKILL"), timeoutMs);
      try {
        await instance.importMs;
        const startedAt = performance.now();
        const reply = await instance.ask({ event, deadline: Date.now() + timeoutMs });
        billed.invocations += 1;
        billed.ms += performance.now() - startedAt;
        if ("error" in reply) throw new Error(reply.error);
        return "response" in reply ? reply.response : undefined;
      } finally {
        clearTimeout(timeout);
        delete instance.event;
      }
    },
    kill(isMeant) {
      for (const { child, event } of instances)
        if (event !== undefined && isMeant(event)) child.kill("SIGKILL");
    },
    async idle() {
      while (isBusy()) await wait(2);
    },
    isBusy,
    billed: () => ({ ...billed }),
    async coldImport() {
      const { child, importMs } = start();
      const took = await importMs;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
      return took;
    },
    async reports({ isCollected } = { isCollected: false }) {
      const report = isCollected ? "collected" : "as-is";
      const replies = await Promise.all([...instances].map(({ ask }) => ask({ report })));
      return replies.flatMap((reply) => ("report" in reply ? reply.report : []));
    },
    async profile(meanwhile) {
      const profiled = [...instances];
      await Promise.all(profiled.map(({ ask }) => ask({ profile: "start" })));
      await meanwhile();
      const replies = await Promise.all(profiled.map(({ ask }) => ask({ profile: "stop" })));
      return replies.flatMap((reply) => ("profile" in reply ? reply.profile : []));
    },
    async stop() {
      await Promise.all(
        [...instances].map(async ({ child }) => {
          const exited = once(child, "exit");
          child.kill("SIGKILL");
          await exited;
        }),
      );
    },
  };
}
