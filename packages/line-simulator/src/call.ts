import type { Fault } from "./fault.ts";
import type { Operation } from "./routes.ts";

/** One call of the API, as LINE saw it and as its caller did. */
export type ApiCall = {
  requestId: string;
  at: number;
  method: string;
  path: string;
  /** Undefined for a path that the simulator does not have. */
  operation?: Operation;
  retryKey?: string;
  fault?: Fault["kind"];
  /** What LINE decided; undefined while it has not, and for requests that never arrived. */
  decided?: number;
  /** LINE answered 2xx and did what was asked, whether or not the answer reached the caller. */
  accepted: boolean;
  /** What the caller got; undefined when no answer reached it (or not yet). */
  status?: number;
};
