import type { Result } from "./examine.ts";

/** A line for each check, and below what is wrong the command that mends it. */
export function resultsText(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const indent = " ".repeat("not checked".length + width + 4);
  const lines = results.flatMap((result) => {
    const { name, status, says } = result;
    const mark = status === "wrong" ? "WRONG" : status;
    const line = `${mark.padEnd("not checked".length)}  ${name.padEnd(width)}  ${says}`;
    return "fix" in result ? [line, `${indent}→ ${result.fix}`] : [line];
  });
  return `${lines.join("\n")}\n\n${summary(results)}`;
}

function summary(results: readonly Result[]): string {
  const count = (status: Result["status"]) => results.filter((result) => result.status === status).length;
  const [bad, skipped] = [count("wrong"), count("not checked")];
  const first = bad === 0 ? "Nothing is wrong." : `${bad} of ${results.length} checks found something wrong.`;
  return skipped === 0 ? first : `${first} ${skipped} could not be made.`;
}
