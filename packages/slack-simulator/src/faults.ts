export type Fault =
  /** 200 with `ok: false`. With `takesEffect` it was done all the same. */
  | { kind: "error"; error: string; takesEffect?: boolean }
  | { kind: "status"; status: number; headers?: Record<string, string>; takesEffect?: boolean }
  /** Never answers; the caller has to give up. */
  | { kind: "hang"; takesEffect?: boolean }
  /** Takes effect, then the connection drops before the answer. */
  | { kind: "lose-response" }
  /** The connection drops before the request arrives: no effect. */
  | { kind: "drop-request" }
  /** The connection drops, and the request takes effect after `ms` all the same. */
  | { kind: "late"; ms: number };

export type FaultRule = {
  /** A method of the Web API, "webhook" for requests to the bot, or "*" for every method. */
  on: string;
  /** How often it applies. Default: no limit. */
  times?: number;
  /** Applies to this share of the requests, 0 to 1. Default: to all. */
  probability?: number;
  fault: Fault;
};

/** Rules are tried in the order in which they were added; the first that applies decides. */
export function createFaults({ random }: { random: () => number }) {
  let rules: FaultRule[] = [];

  return {
    /** @returns removes the rule */
    add(input: FaultRule): () => void {
      const added = { ...input };
      rules.push(added);
      return () => {
        rules = rules.filter((one) => one !== added);
      };
    },
    clear() {
      rules = [];
    },
    next(on: string): Fault | undefined {
      for (const rule of rules) {
        if (rule.on !== on && (rule.on !== "*" || on === "webhook")) continue;
        if (rule.probability !== undefined && random() >= rule.probability) continue;
        if (rule.times !== undefined) rule.times -= 1;
        if (rule.times === 0) rules = rules.filter((one) => one !== rule);
        return rule.fault;
      }
      return undefined;
    },
  };
}

export type Faults = ReturnType<typeof createFaults>;

/** Whether a request with this fault is done at once. */
export function arrives(fault: Fault | undefined): boolean {
  if (!fault) return true;
  switch (fault.kind) {
    case "lose-response":
      return true;
    case "drop-request":
    case "late":
      return false;
    default:
      return fault.takesEffect === true;
  }
}
