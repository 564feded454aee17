import * as z from "zod/mini";
import { ApiError } from "./error.ts";

/** A request to say whether something is harmful. */
export type Moderated = {
  model: string;
  /** All texts, a line each. */
  text: string;
  /** Addresses, or data URLs. */
  pictures: string[];
};

/** The categories that it falls under; none, if it is harmless. What it throws becomes a 500. */
export type Judge = (moderated: Moderated) => readonly string[] | Promise<readonly string[]>;

const part = z.union([
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("image_url"), image_url: z.looseObject({ url: z.string() }) }),
]);

const body = z.looseObject({
  model: z._default(z.string(), "omni-moderation-latest"),
  input: z.union([z.string(), z.array(z.string()), z.array(part)]),
});

/** @throws ApiError the 400 that OpenAI would answer */
export function readModerated(raw: unknown): Moderated {
  const { data, error } = body.safeParse(raw);
  if (!data) throw new ApiError(400, { message: error.message, param: "input" });
  const { model, input } = data;
  const parts = typeof input === "string" ? [input] : input;
  const texts = parts.flatMap((one) => (typeof one === "string" ? one : "text" in one ? one.text : []));
  const pictures = parts.flatMap((one) => {
    return typeof one !== "string" && one.type === "image_url" ? one.image_url.url : [];
  });
  if (pictures.length > 1) {
    const message = `Number of images (${pictures.length}) exceeds maximum of 1`;
    throw new ApiError(400, { message, param: "input", code: "too_many_images" });
  }
  return { model, text: texts.join("\n"), pictures };
}

/** OpenAI has more categories. */
const known = ["harassment", "hate", "illicit", "self-harm", "sexual", "violence"];

export function moderationBody(model: string, id: string, flagged: readonly string[]) {
  const names = [...new Set([...known, ...flagged])];
  const of = <T>(value: (name: string) => T) => Object.fromEntries(names.map((name) => [name, value(name)]));
  const result = {
    flagged: flagged.length > 0,
    categories: of((name) => flagged.includes(name)),
    category_scores: of((name) => (flagged.includes(name) ? 0.98 : 0.01)),
    category_applied_input_types: of(() => ["text"]),
  };
  return { id: `modr-${id}`, model, results: [result] };
}
