import * as z from "zod/mini";
import type { Job } from "../../queue/job.ts";
import type { Message } from "../platform.ts";

/** LINE gives a token with what can be quoted. It never expires, and works in its own chat only. It is stored. */
const quoteToken = z.string().check(
  z.maxLength(1_000),
  z.refine((token) => token.isWellFormed()),
);

const quotable = z.looseObject({ message: z.looseObject({ quoteToken }) });

/** Has the first message quote the question. */
export function quoting(messages: readonly Message[], { event }: Job): readonly Message[] {
  const { data } = quotable.safeParse(event);
  const [first, ...others] = messages;
  if (!data || !first) return messages;
  return [{ ...first, ...{ quoteToken: data.message.quoteToken } }, ...others];
}
