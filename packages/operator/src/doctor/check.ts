import type { Finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** A check looks, and changes nothing. */
export type Check = { name: string; run(subject: Subject, signal: AbortSignal): Promise<Finding> };
