import * as z from "zod/mini";
import type { Fault, FaultRule } from "./fault.ts";
import { OPERATIONS } from "./routes.ts";

const fault: z.ZodMiniType<Fault> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().check(z.gte(200), z.lte(599)),
    body: z.optional(z.unknown()),
    headers: z.optional(z.record(z.string(), z.string())),
    takesEffect: z.optional(z.boolean()),
  }),
  z.strictObject({ kind: z.literal("hang"), takesEffect: z.optional(z.boolean()) }),
  z.strictObject({ kind: z.literal("lose-response") }),
  z.strictObject({ kind: z.literal("stall") }),
  z.strictObject({ kind: z.literal("drop-request") }),
  z.strictObject({
    kind: z.literal("delay"),
    ms: z.number().check(z.gte(0)),
    late: z.optional(z.enum(["answer", "request"])),
  }),
]);

export const faultRule: z.ZodMiniType<FaultRule> = z.strictObject({
  on: z.enum([...OPERATIONS, "webhook", "*"]),
  times: z.optional(z.int().check(z.gte(1))),
  probability: z.optional(z.number().check(z.gte(0), z.lte(1))),
  fault,
});
