import { readFileSync } from "node:fs";

/** Lambda: with so much memory a function has one processor; with less, so much less of it. */
const MB_OF_A_PROCESSOR = 1_769;

/** Linux: `/proc/PID/stat` counts hundredths of a second. */
const TICK_MS = 10;

/** What is not used is not saved up for longer. */
const PERIOD_MS = 20;

/** Processor time of a process with all its threads, milliseconds. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // What comes before may hold spaces: the command, in brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * Holds a process to the share of a processor that a function of so much memory has: it stands still while it is
 * ahead of that.
 *
 * @returns sets it free
 */
export function throttle(pid: number, memoryMb: number): () => void {
  const share = memoryMb / MB_OF_A_PROCESSOR;
  let allowedMs = processorMs(pid);
  let at = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const usedMs = processorMs(pid);
    allowedMs = Math.min(allowedMs + (now - at) * share, usedMs + PERIOD_MS * share);
    at = now;
    process.kill(pid, usedMs > allowedMs ? "SIGSTOP" : "SIGCONT");
  }, 2);
  return () => {
    clearInterval(timer);
    process.kill(pid, "SIGCONT");
  };
}
