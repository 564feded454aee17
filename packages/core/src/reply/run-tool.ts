import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { toolLimits } from "../tool/limits.ts";
import type { Tool, ToolAudience } from "../tool/tool.ts";
import { inTime, TookTooLong } from "./in-time.ts";

/** What became of a call, for the log. */
export type ToolOutcome = "ok" | "failed" | "timeout";

export type RunRequest = ToolAudience & { input: unknown; idempotencyKey: string; log: Log };

export type Ran = {
  outcome: ToolOutcome;
  /** What the model is told. */
  text: string;
  /** What it threw, for whoever watches. */
  cause?: unknown;
};

/**
 * Runs a tool within its time. It never throws: what goes wrong is told to the model, without the words of the error,
 * which were not written for users. What has written and failed may have had its effect.
 */
export async function runTool(tool: Tool, { input, ...request }: RunRequest, clock: Clock): Promise<Ran> {
  const maybe =
    tool.effect === "writes" ? ". It may have had its effect all the same: the outcome is unknown" : "";
  try {
    const running = { timeoutMs: tool.timeoutMs, clock };
    const value = await inTime((signal) => tool.run(input, { ...request, signal }), running);
    return { outcome: "ok", text: resultText(value) };
  } catch (cause) {
    if (cause instanceof TookTooLong)
      return { outcome: "timeout", text: `Error: it took too long${maybe}.`, cause: cause.cause };
    return { outcome: "failed", text: `Error: it failed${maybe}.`, cause };
  }
}

/** As the model is told it: bounded, and always the same for the same value. */
function resultText(value: unknown): string {
  if (value === undefined) return "Done.";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return cutText(text.toWellFormed(), toolLimits.maxResultLength);
}

/** The beginning of a result that is too long, and a note on that. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).toWellFormed();
  return `${kept}\n[Cut: this is the beginning of ${text.length} characters.]`;
}
