import type { Model, ModelOptions } from "./model.ts";

/** The model, by OpenAI's SDK, the largest part of the bundle: it loads while the first turn is claimed, not before. */
export function createModel(options: ModelOptions): Model {
  const loading = import("./openai.ts").then(({ createOpenAiModel }) => createOpenAiModel(options));
  // The first request hears of a failure.
  loading.catch(() => {});
  return { ask: async (context, asking) => (await loading).ask(context, asking) };
}
