import { MONTHLY_LIMIT_MESSAGE, RATE_LIMIT_MESSAGE } from "./answer.ts";
import type { Operation } from "./routes.ts";

export type Fault =
  /** Answers this instead. With `takesEffect` the request was accepted all the same. */
  | {
      kind: "status";
      /** 200 to 599. */
      status: number;
      body?: unknown;
      headers?: Record<string, string> | undefined;
      takesEffect?: boolean | undefined;
    }
  /** Never answers; the caller has to give up. */
  | { kind: "hang"; takesEffect?: boolean | undefined }
  /** Takes effect, then the connection drops before the answer. */
  | { kind: "lose-response" }
  /** Takes effect, and the answer stops after half of its body: the caller has to give up. */
  | { kind: "stall" }
  /** The connection drops before the request arrives: no effect. */
  | { kind: "drop-request" }
  /**
   * Late by `ms`. The answer is late (default): the effect is immediate. The
   * request is late: it takes effect after `ms`, even if the caller gave up by then.
   */
  | { kind: "delay"; ms: number; late?: "answer" | "request" | undefined };

export type FaultRule = {
  /** An API operation, "webhook" for requests to the bot, or "*" for every API operation. */
  on: Operation | "webhook" | "*";
  /** How often it applies. Default: no limit. */
  times?: number | undefined;
  /** Applies to this share of the requests, 0 to 1. Default: to all. */
  probability?: number | undefined;
  fault: Fault;
};

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
