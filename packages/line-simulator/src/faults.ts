import * as z from "zod/mini";
import type { Fault, FaultRule } from "./fault.ts";
import { faultRule } from "./fault-rule.ts";
import { KEPT } from "./limits.ts";

export type Faults = ReturnType<typeof createFaults>;

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
      const added = z.parse(faultRule, input);
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
