/** A message as the bot sent it, unknown fields included. */
export type OutgoingMessage = { type: string; text?: string; quoteToken?: string; [field: string]: unknown };
