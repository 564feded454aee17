import { describe } from "vitest";
import { calls } from "./table/calls.ts";
import { type TablePorts, testWithTable } from "./table/chat.ts";
import { claims } from "./table/claims.ts";
import { erasing } from "./table/erasing.ts";
import { parking } from "./table/parking.ts";
import { recall } from "./table/recall.ts";
import { register } from "./table/register.ts";
import { repeats } from "./table/repeats.ts";
import { slots } from "./table/slots.ts";
import { state } from "./table/state.ts";
import { usages } from "./table/usage.ts";
import { writes } from "./table/writes.ts";

export type { TablePorts };

/** What every table must do, in memory or real. */
export function tableContract(name: string, open: () => Promise<TablePorts>) {
  describe(`table: ${name}`, () => {
    const test = testWithTable(open);
    for (const part of [
      claims,
      writes,
      calls,
      repeats,
      parking,
      register,
      recall,
      state,
      erasing,
      usages,
      slots,
    ])
      part(test);
  });
}
