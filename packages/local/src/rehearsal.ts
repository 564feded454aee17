import { type FaultRule, type LineSimulator, MONTHLY_LIMITED } from "@henji/line-simulator";
import type { Fault as ModelFault, ModelSimulator } from "@henji/model-simulator";
import type { Broken } from "./studio-view.ts";

export type Rehearsal = ReturnType<typeof createRehearsal>;

/** The model's errors in OpenAI's words. */
const modelFaults: Record<NonNullable<Broken["model"]>, ModelFault> = {
  down: {
    ...{ kind: "status", status: 503, code: "server_error", type: "server_error" },
    message: "The server is currently overloaded with other requests. Sorry about that!",
  },
  // Within the deadline of a model call: the answer comes.
  slow: { kind: "delay", ms: 25_000 },
  // Within it too, and after the reply has expired.
  tooSlow: { kind: "delay", ms: 55_000 },
  refusing: { kind: "incomplete", reason: "content_filter" },
  rejecting: {
    ...{ kind: "status", status: 400, code: "unsupported_parameter", type: "invalid_request_error" },
    message: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
  },
  unauthorized: {
    ...{ kind: "status", status: 401, code: "invalid_api_key", type: "invalid_request_error" },
    message:
      "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
  },
  outOfCredit: {
    ...{ kind: "status", status: 429, code: "insufficient_quota", type: "insufficient_quota" },
    message: "You exceeded your current quota, please check your plan and billing details.",
  },
};

const lineFaults: Record<NonNullable<Broken["line"]>, FaultRule[]> = {
  down: [{ on: "*", fault: { kind: "status", status: 500, body: { message: "Internal server error" } } }],
  unauthorized: [
    {
      on: "*",
      fault: {
        ...{ kind: "status", status: 401 },
        body: {
          message:
            "Authentication failed. Confirm that the access token in the authorization header is valid.",
        },
      },
    },
  ],
  quotaUsedUp: [
    { on: "push", fault: MONTHLY_LIMITED },
    { on: "quota", fault: { kind: "status", status: 200, body: { type: "limited", value: 200 } } },
    { on: "consumption", fault: { kind: "status", status: 200, body: { totalUsage: 200 } } },
  ],
};

/** Breaks the stand-ins on purpose, one fault of each at a time, so that an operator can rehearse. */
export function createRehearsal(options: {
  line: LineSimulator | undefined;
  model: ModelSimulator | undefined;
}) {
  const { line, model } = options;
  const mend: (() => void)[] = [];
  let broken: Broken = {};

  return {
    broken: (): Broken => broken,

    /**
     * Breaks exactly this, and mends what else was broken here.
     *
     * @returns false, and nothing has changed, if it is the real one that is to be broken
     */
    set(next: Broken): boolean {
      if ((next.model && !model) || (next.line && !line)) return false;
      for (const step of mend.splice(0)) step();
      if (next.model) mend.push(model!.faults.add({ probability: 1, fault: modelFaults[next.model] }));
      if (next.line) mend.push(...lineFaults[next.line].map((rule) => line!.faults.add(rule)));
      broken = next;
      return true;
    },
  };
}
