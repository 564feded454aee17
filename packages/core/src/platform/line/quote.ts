import * as z from "zod/mini";
import type { Job } from "../../queue/job.ts";
import type { Message } from "../platform.ts";

/** LINE gives a token with what can be quoted. It never expires, and works in its own chat only. It is stored. */
const quoteToken = z.string().check(
  z.maxLength(1_000),
  z.refine((token) => token.isWellFormed()),
);

const quotable = z.looseObject({ message: z.looseObject({ quoteToken }) });

/** LINE: other messages quote nothing. */
const quoters: ReadonlySet<unknown> = new Set(["text", "textV2", "sticker"]);

/** Has the first message quote the question, if it can. */
export function quoting(messages: readonly Message[], { event }: Job): readonly Message[] {
  const { data } = quotable.safeParse(event);
  const [first, ...others] = messages;
  if (!data || !first || !quoters.has((first as Message & { type?: unknown }).type)) return messages;
  return [{ ...first, ...{ quoteToken: data.message.quoteToken } }, ...others];
}
