import { excerptOf } from "../excerpt.ts";
import { type Content, isMedia } from "../platform/content.ts";

/** Stands in front of what a user has said, where it is shown to them. */
const MARK = "🎤 ";

/** As much of it as shows that it was heard right, in UTF-16 units. */
const MAX_SHOWN = 200;

/** What was said, if a question was spoken: in one line. */
export function heardLine(question: Content): string | undefined {
  const [said] = question.flatMap((part) => (isMedia(part) && part.text ? part.text : []));
  if (said === undefined) return undefined;
  const line = said.replace(/\s+/g, " ").trim();
  return MARK + excerptOf(line, MAX_SHOWN);
}

/** An answer without that line: the model must not take it for its own, or it would begin its answers so. */
export function withoutHeardLine(answer: string, question: Content): string {
  if (heardLine(question) === undefined || !answer.startsWith(MARK)) return answer;
  return answer.replace(/^.*\n*/, "");
}
