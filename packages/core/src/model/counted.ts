import type { TokenCap } from "../usage/cap.ts";
import type { ModelUsage } from "../usage/usage.ts";
import type { Model, ModelAnswer } from "./model.ts";
import { PaidError } from "./paid-error.ts";

/** The model, with all that it takes counted for the bot's cap, if there is one. */
export function counted(model: Model, cap: Pick<TokenCap, "count"> | undefined): Model {
  if (!cap) return model;
  return { ask: (context, asking) => countUsage(model.ask(context, asking), cap.count) };
}

/** Counts what a request has taken, whether or not its answer is of use. */
export async function countUsage(
  asking: Promise<ModelAnswer>,
  count: (usage: ModelUsage) => void,
): Promise<ModelAnswer> {
  try {
    const answer = await asking;
    count(answer.usage);
    return answer;
  } catch (error) {
    if (error instanceof PaidError) count(error.usage);
    throw error;
  }
}
