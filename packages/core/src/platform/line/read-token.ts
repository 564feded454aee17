import * as z from "zod/mini";
import type { Job } from "../../queue/job.ts";

const readable = z.looseObject({ message: z.looseObject({ markAsReadToken: z.string() }) });

/** LINE gives a token with each message; it never expires, and stands for all messages up to that one. */
export function readTokenOf({ event }: Job): string | undefined {
  return readable.safeParse(event).data?.message.markAsReadToken;
}
