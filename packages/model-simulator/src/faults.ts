import * as z from "zod";

const fault = z.discriminatedUnion("kind", [
  /** An error response, from OpenAI or from a proxy before it. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    code: z.string().nullable(),
    type: z.string().optional(),
    message: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  /** No answer until the caller gives up. */
  z.strictObject({ kind: z.literal("hang") }),
  /** A late answer. */
  z.strictObject({ kind: z.literal("delay"), ms: z.number().min(0) }),
  /** The model has answered, but the connection breaks before the answer is sent. */
  z.strictObject({ kind: z.literal("lose-response") }),
  /** A 200 with half an answer, or with none because of the content filter. */
  z.strictObject({ kind: z.literal("incomplete"), reason: z.enum(["max_output_tokens", "content_filter"]) }),
  /** A 200 whose status says that the model failed. */
  z.strictObject({ kind: z.literal("failed") }),
  /** A 200 that says completed and holds no message. */
  z.strictObject({ kind: z.literal("empty") }),
]);

export const faultRule = z.strictObject({
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  fault,
});

export type Fault = z.infer<typeof fault>;

/**
 * When a fault applies. `times`: to how many requests (default: one, or without limit if there is a
 * probability); `probability`: for each request (default: 1).
 */
export type FaultRule = z.infer<typeof faultRule>;

export type Faults = {
  /** Appends a fault; a request gets the first one that applies. @returns removes it */
  add(rule: FaultRule): () => void;
  clear(): void;
  /** Those that can still apply, with the times left. */
  list(): FaultRule[];
};

export function createFaults(random: () => number) {
  let waiting: { rule: FaultRule; left: number }[] = [];
  const remove = (removed: (typeof waiting)[number]) => {
    waiting = waiting.filter((each) => each !== removed);
  };

  return {
    add(rule: FaultRule) {
      const left = rule.times ?? (rule.probability === undefined ? 1 : Number.POSITIVE_INFINITY);
      const added = { rule, left };
      waiting.push(added);
      return () => remove(added);
    },
    clear() {
      waiting = [];
    },
    list: () => waiting.map(({ rule, left }) => (Number.isFinite(left) ? { ...rule, times: left } : rule)),
    /** The fault that applies to this request, if any; of those that can. */
    take(canApply: (fault: Fault) => boolean = () => true): Fault | undefined {
      const found = waiting.find(
        ({ rule: { fault, probability } }) =>
          canApply(fault) && (probability === undefined || random() < probability),
      );
      if (!found) return undefined;
      found.left--;
      if (found.left === 0) remove(found);
      return found.rule.fault;
    },
  } satisfies Faults & { take(canApply?: (fault: Fault) => boolean): Fault | undefined };
}
