import type OpenAI from "openai";
import { inLanes } from "../lanes.ts";
import { createOpenAiClient } from "./client.ts";
import { modelError } from "./error.ts";
import type { Moderated, ModeratorOptions } from "./moderator.ts";

/** Free, and the only one that looks at pictures. */
const MODEL = "omni-moderation-latest";

/** At once, for one question. OpenAI takes 500 a minute of a small account. */
const LANES = 5;

type Input = OpenAI.ModerationMultiModalInput;

/**
 * OpenAI takes one picture a request, and answers 400 `too_many_images` to more.
 *
 * @throws BotError if something of it was not looked at, and nothing was flagged
 */
export async function moderate(
  { text, pictures }: Moderated,
  signal: AbortSignal,
  options: ModeratorOptions,
): Promise<readonly string[]> {
  const client = createOpenAiClient(options);
  const texts: Input[] = text === "" ? [] : [{ type: "text", text }];
  const [first = [], ...others] = pictures.map((url): Input[] => [{ type: "image_url", image_url: { url } }]);
  const inputs = [[...texts, ...first], ...others].filter((input) => input.length > 0);
  const flagged = new Set<string>();
  const errors: unknown[] = [];
  await inLanes(LANES, inputs, async (input) => {
    const asking = client.moderations.create({ model: MODEL, input }, { signal });
    const { results } = await asking.catch((cause) => {
      errors.push(modelError(cause, signal));
      return { results: [] };
    });
    for (const name of results.flatMap(categoriesOf)) flagged.add(name);
  });
  if (flagged.size === 0 && errors.length > 0) throw errors[0];
  return [...flagged];
}

function categoriesOf({ flagged, categories }: OpenAI.Moderation): string[] {
  if (!flagged) return [];
  const names = Object.entries(categories).flatMap(([name, isIn]) => (isIn ? name : []));
  return names.length > 0 ? names : ["other"];
}
