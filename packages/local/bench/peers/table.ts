import type { Result, Results } from "./measure.ts";

type Row = { name: string; of(result: Result, results: Results): string | number | undefined };

const ratio = (value: number | undefined) => (value === undefined ? "" : ` (${value.toFixed(2)}x)`);
const list = (requests: Record<string, number>) =>
  Object.entries(requests)
    .map(([service, count]) => `${count} ${service}`)
    .join(", ");
const total = (requests: Record<string, number>) =>
  Number(
    Object.values(requests)
      .reduce((sum, count) => sum + count, 0)
      .toFixed(1),
  );

const rows: readonly Row[] = [
  {
    name: "answered under faults",
    of: ({ faults }) => faults && `${faults.answered} of ${faults.questions}`,
  },
  { name: "answered twice", of: ({ faults }) => faults?.doubled },
  { name: "left to an operator", of: ({ faults }) => faults?.parked },
  { name: "lost", of: ({ faults }) => faults?.lost },
  { name: "chats out of order", of: ({ faults }) => faults?.disordered.length },
  {
    name: "waits p50 / p90 / longest (s)",
    of: ({ faults }) => faults && Object.values(faults.waitsS).map(Math.round).join(" / "),
  },
  { name: "model calls a question", of: ({ faults }) => faults?.modelCalls.toFixed(2) },
  { name: "ten chats at once: last answer (s)", of: ({ ten }) => ten?.lastAnswerS },
  { name: "processor alone (ms)", of: ({ processor: p }) => p && `${p.alone.cpuMs}${ratio(p.alone.ratio)}` },
  { name: "processor in tens (ms)", of: ({ processor: p }) => p && `${p.tens.cpuMs}${ratio(p.tens.ratio)}` },
  { name: "requests alone", of: ({ processor: p }) => p && total(p.alone.requests) },
  { name: "idle message, p50 (ms)", of: ({ idle }) => idle?.p50Ms },
  { name: "idle message, p99 (ms)", of: ({ idle }) => idle?.p99Ms },
  {
    name: "cold import (ms)",
    of: ({ cold }) =>
      cold && (cold.workerMs === undefined ? cold.sumMs : `${cold.ingressMs} + ${cold.workerMs}`),
  },
  { name: "memory, resident (MB)", of: ({ memory }) => memory?.residentMb },
  { name: "of it in use (MB)", of: ({ memory }) => memory?.usedMb },
  {
    name: "DynamoDB units, read + write",
    of: ({ units }) => units && `${units.read} + ${units.write}`,
  },
];

/** A line for each measure, a column for each contestant. */
export function tableOf(results: Results): Record<string, Record<string, string | number>> {
  const all = Object.values(results.contestants);
  const dollars = (all.find(({ cost }) => cost)?.cost ?? []).map(
    ({ modelS, chats }): Row => ({
      name: `$ for a million answers, ${chats === 1 ? "alone" : "in tens"}, model ${modelS} s`,
      of: ({ cost }) => cost?.find((one) => one.modelS === modelS && one.chats === chats)?.dollars,
    }),
  );
  const table: Record<string, Record<string, string | number>> = {};
  for (const { name, of } of [...rows, ...dollars]) {
    const cells = all.map((result) => [result.title, of(result, results)] as const);
    if (cells.every(([, cell]) => cell === undefined)) continue;
    table[name] = Object.fromEntries(cells.map(([title, cell]) => [title, cell ?? ""]));
  }
  return table;
}

export function print(results: Results): void {
  console.table(tableOf(results));
  for (const { title, processor, cost } of Object.values(results.contestants)) {
    if (processor) {
      const { alone, tens } = processor;
      console.log(
        `${title}: alone ${alone.workerMs} ms worker, ${alone.ingressMs} ms ingress, ${list(alone.requests)}; ` +
          `in tens ${tens.workerMs} ms worker, ${tens.ingressMs} ms ingress, ${list(tens.requests)}`,
      );
    }
    for (const { modelS, chats, ofIt } of cost ?? []) {
      console.log(
        `${title}, ${chats} at a time, model ${modelS} s: $${ofIt.lambda} Lambda, $${ofIt.dynamodb} DynamoDB, $${ofIt.sqs} SQS`,
      );
    }
  }
}
