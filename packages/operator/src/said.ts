import { type Content, textOf } from "@henji/core/platform/content";
import { type Message, shownText } from "@henji/core/platform/platform";
import type { TurnItem } from "@henji/core/turn/entity";

/** What was said in a turn: printed on request only. */
export function saidIn({ question = "[]", messages = "[]" }: TurnItem): {
  question: Content;
  answer: readonly Message[];
} {
  return { question: JSON.parse(question) as Content, answer: JSON.parse(messages) as Message[] };
}

export function saidText(turn: TurnItem): string {
  if (turn.erased) return "Erased.";
  const { question, answer } = saidIn(turn);
  const asked = question.map((part) => ("text" in part ? textOf([part]) : `(${part.kind})`)).join("\n");
  return answer.length === 0 ? `The user: ${asked}` : `The user: ${asked}\nThe bot: ${shownText(answer)}`;
}
