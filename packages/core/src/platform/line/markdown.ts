import type { Compose } from "../platform.ts";
import { compose } from "./compose.ts";

let loading: Promise<Compose> | undefined;

/** Composes a model's Markdown. The parser is loaded on first use, beside a model call: no cold start reads it. */
export function loadMarkdown(): Promise<Compose> {
  loading ??= load().catch((error) => {
    // The next one tries again.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Compose> {
  const { readable } = await import("./markdown/readable.ts");
  return (text, options) => compose(readable(text), options);
}
