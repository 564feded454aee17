import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const help = `npm run fuzz -- [options]

Changes webhooks of every type at random, brings each to the real ingress and worker, with the services in memory and
in virtual time, and then once more. Nothing may crash, no event may be answered twice, and every request must be as
LINE's schema describes it.

  --events N   how many (default 10000)
  --seed S     the same seed is the same run (default 1)
  --help
`;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(help);
else {
  const startedAt = performance.now();
  const { mistakes, ...counts } = await fuzz(Number(values.events), values.seed, ({ events }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${events} events `);
  });
  for (const { what, body } of mistakes) console.log(`\n${what.slice(0, 500)}\n${body.slice(0, 1_500)}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${JSON.stringify({ ...counts, mistakes: mistakes.length })} in ${seconds} s`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
