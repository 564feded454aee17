import * as z from "zod/mini";
import { MONTHLY_LIMIT_MESSAGE, RATE_LIMIT_MESSAGE } from "./answer.ts";
import { KEPT } from "./limits.ts";
import { OPERATIONS } from "./routes.ts";

const fault = z.discriminatedUnion("kind", [
  /** Answers this instead. With `takesEffect` the request was accepted all the same. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().check(z.gte(200), z.lte(599)),
    body: z.optional(z.unknown()),
    headers: z.optional(z.record(z.string(), z.string())),
    takesEffect: z.optional(z.boolean()),
  }),
  /** Never answers; the caller has to give up. */
  z.strictObject({ kind: z.literal("hang"), takesEffect: z.optional(z.boolean()) }),
  /** Takes effect, then the connection drops before the answer. */
  z.strictObject({ kind: z.literal("lose-response") }),
  /** The connection drops before the request arrives: no effect. */
  z.strictObject({ kind: z.literal("drop-request") }),
  /**
   * Late by `ms`. The answer is late (default): the effect is immediate. The
   * request is late: it takes effect after `ms`, even if the caller gave up by then.
   */
  z.strictObject({
    kind: z.literal("delay"),
    ms: z.number().check(z.gte(0)),
    late: z.optional(z.enum(["answer", "request"])),
  }),
]);

const rule = z.strictObject({
  /** An API operation, "webhook" for requests to the bot, or "*" for every API operation. */
  on: z.enum([...OPERATIONS, "webhook", "*"]),
  /** How often it applies. Default: no limit. */
  times: z.optional(z.int().check(z.gte(1))),
  /** Applies to this share of the requests, 0 to 1. Default: to all. */
  probability: z.optional(z.number().check(z.gte(0), z.lte(1))),
  fault,
});

export const faultRule = rule;
export type Fault = z.infer<typeof fault>;
export type FaultRule = z.infer<typeof rule>;
export type Faults = ReturnType<typeof createFaults>;

/** LINE's two kinds of 429: too many requests at once, and the month's quota is used up. */
export const RATE_LIMITED: Fault = { kind: "status", status: 429, body: { message: RATE_LIMIT_MESSAGE } };
export const MONTHLY_LIMITED: Fault = {
  kind: "status",
  status: 429,
  body: { message: MONTHLY_LIMIT_MESSAGE },
};

/** Whether a request with this fault reaches the other side. */
export function arrives(fault: Fault | undefined): boolean {
  if (fault?.kind === "hang" || fault?.kind === "status") return fault.takesEffect === true;
  return fault?.kind !== "drop-request";
}

/** Rules are tried in the order in which they were added; the first that applies decides. */
export function createFaults({ random }: { random: () => number }) {
  let rules: FaultRule[] = [];
  const remove = (removed: FaultRule) => {
    rules = rules.filter((one) => one !== removed);
  };

  return {
    /** @returns removes the rule */
    add(input: FaultRule): () => void {
      if (rules.length >= KEPT.faults)
        throw new Error(`At most ${KEPT.faults} faults at a time: clear some first`);
      const added = z.parse(rule, input);
      rules.push(added);
      return () => remove(added);
    },

    clear() {
      rules = [];
    },

    list: (): FaultRule[] => structuredClone(rules),

    /** The fault that applies to this request, if any. */
    next(operation: FaultRule["on"]): Fault | undefined {
      for (const one of rules) {
        const matches = one.on === operation || (one.on === "*" && operation !== "webhook");
        if (!matches) continue;
        if (one.probability !== undefined && random() >= one.probability) continue;
        if (one.times !== undefined) one.times -= 1;
        if (one.times === 0) remove(one);
        return one.fault;
      }
      return undefined;
    },
  };
}
