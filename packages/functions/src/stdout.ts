/**
 * Prints a line as it is. `console.log` would not: Lambda puts time, request id and level in front, after which
 * no metric filter reads the line as JSON. On Linux a pipe is written before the call returns, so nothing is lost when
 * Lambda freezes the process.
 */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
