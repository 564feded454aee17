import type { TextMessage } from "../line/text.ts";
import type { TurnItem } from "./entity.ts";
import type { FinishedTurn, PastTurn } from "./turn.ts";

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

/** A parked answer was never seen by the user, so the model must not believe that it was; a notice is not its own. */
function isAnswered({ status, notice }: TurnItem): boolean {
  return (status === "answered" || status === "delivered") && notice !== true;
}

/** When a turn was over; nothing for one that is not. */
export function toFinishedTurn({ key, status, finishedAt, notice }: TurnItem): FinishedTurn | undefined {
  if (finishedAt === undefined) return undefined;
  return { key, finishedAt, told: notice === true || status === "dropped" };
}
