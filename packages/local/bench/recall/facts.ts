import { readFile } from "node:fs/promises";
import * as z from "zod";
import { compose, type Exchange, readScript } from "../../../core/bench/conversation.ts";

/** What the user says early in a conversation, and questions about it. */
const facts = z.strictObject({
  exchanges: z.array(z.tuple([z.string(), z.string()])),
  questions: z.array(
    z.strictObject({
      ask: z.string(),
      /** Words that an answer must have, all of them; alternatives stand between `|`. */
      expect: z.array(z.string()).min(1),
    }),
  ),
});
export type Question = z.infer<typeof facts>["questions"][number];

export type Facts = {
  told: Exchange[];
  /** The conversation that follows. */
  smallTalk: Exchange[];
  questions: Question[];
};

/** @param turns of small talk */
export async function readFacts(language: "en" | "ja", turns: number): Promise<Facts> {
  const file = new URL(`../../../core/bench/conversations/facts-${language}.json`, import.meta.url);
  const { exchanges, questions } = facts.parse(JSON.parse(await readFile(file, "utf8")));
  const told = exchanges.map(([question, answer]) => ({ question, answer }));
  return { told, smallTalk: compose([await readScript(language)], turns, 1), questions };
}

/** Whether an answer has all expected words, in any width and case. */
export function isHit(answer: string, { expect }: Question): boolean {
  const plain = (text: string) => text.normalize("NFKC").toLowerCase();
  return expect.every((word) => word.split("|").some((one) => plain(answer).includes(plain(one))));
}
