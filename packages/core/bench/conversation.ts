import { readFile } from "node:fs/promises";
import * as z from "zod/mini";

/** One question and its answer, as they are sent. */
export type Exchange = { question: string; answer: string };

/** Hand-written exchanges of one language; `{city}` stands for one of the words of that name. */
const script = z.strictObject({
  words: z.record(z.string(), z.array(z.string())),
  exchanges: z.array(z.tuple([z.string(), z.string()])),
});
export type Script = z.infer<typeof script>;

export async function readScript(name: string): Promise<Script> {
  const file = new URL(`conversations/${name}.json`, import.meta.url);
  return script.parse(JSON.parse(await readFile(file, "utf8")));
}

/**
 * A conversation of `count` turns, no two of them alike: the exchanges in an order of their own for
 * each round, each time with other details. The same seed makes the same conversation.
 */
export function compose(scripts: readonly Script[], count: number, seed: number): Exchange[] {
  const random = createRandom(seed);
  const templates = scripts.flatMap(({ words, exchanges }) =>
    exchanges.map(([question, answer]) => ({ words, question, answer })),
  );
  const seen = new Set<string>();
  const turns: Exchange[] = [];
  while (turns.length < count) {
    for (const template of shuffled(templates, random)) {
      if (turns.length === count) break;
      turns.push(unseen(() => fill(template, random), seen));
    }
  }
  return turns;
}

/** Every place of a name gets the same word within a turn. */
function fill({ words, question, answer }: Exchange & Pick<Script, "words">, random: () => number): Exchange {
  const chosen = new Map<string, string>();
  const choose = (name: string) => {
    const word = chosen.get(name) ?? pick(words[name] ?? [], random);
    if (word === undefined) throw new Error(`No words for {${name}}`);
    chosen.set(name, word);
    return word;
  };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => choose(name));
  return { question: filled(question), answer: filled(answer) };
}

function unseen(make: () => Exchange, seen: Set<string>): Exchange {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const exchange = make();
    const text = `${exchange.question}\n${exchange.answer}`;
    if (seen.has(text)) continue;
    seen.add(text);
    return exchange;
  }
  throw new Error("The scripts have too few words for so many distinct turns");
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed, on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let n = Math.imul(state ^ (state >>> 15), 1 | state);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}
