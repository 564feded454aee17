import { loadOnce } from "../../load-once.ts";
import type { Compose } from "../platform.ts";
import { compose } from "./compose.ts";

/** Composes a model's Markdown. The parser is loaded on first use, beside a model call: no cold start reads it. */
export const loadMarkdown = loadOnce(async (): Promise<Compose> => {
  const { readable } = await import("./markdown/readable.ts");
  return (text, options) => compose(readable(text), options);
});
