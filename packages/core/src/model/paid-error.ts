import { BotError, type BotErrorOptions } from "../error.ts";
import type { ModelUsage } from "../usage/usage.ts";

/** OpenAI has answered, and the answer is of no use. It is paid for all the same. */
export class PaidError extends BotError {
  readonly usage: ModelUsage;

  constructor(code: string, message: string, { usage, ...options }: BotErrorOptions & { usage: ModelUsage }) {
    super(code, message, options);
    this.usage = usage;
  }
}
