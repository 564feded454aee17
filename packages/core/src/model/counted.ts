import type { TokenCap } from "../usage/cap.ts";
import type { Model } from "./model.ts";

/** The model, with all that it takes counted for the bot's cap, if there is one. */
export function counted(model: Model, cap: Pick<TokenCap, "count"> | undefined): Model {
  if (!cap) return model;
  return {
    async ask(context, asking) {
      const answer = await model.ask(context, asking);
      cap.count(answer.usage);
      return answer;
    },
  };
}
