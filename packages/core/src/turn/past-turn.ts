import type { TextMessage } from "../line/text.ts";
import type { TurnItem } from "./entity.ts";
import type { PastTurn } from "./turn.ts";

/** What the context needs of an answered turn; nothing for any other. */
export function toPastTurn(item: TurnItem): PastTurn | undefined {
  if (!isAnswered(item)) return undefined;
  const messages = JSON.parse(item.messages ?? "[]") as TextMessage[];
  const turn = {
    key: item.key,
    question: item.question,
    answer: messages.map((message) => message.text).join("\n"),
  };
  if (item.questionTokens === undefined || item.answerTokens === undefined) return turn;
  return { ...turn, tokens: { question: item.questionTokens, answer: item.answerTokens } };
}

/** A parked answer was never seen by the user, so the model must not believe that it was. */
function isAnswered({ status }: TurnItem): boolean {
  return status === "answered" || status === "delivered";
}
