import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../../src/studio-view.ts";

/** The time, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How many of the bot's messages came into each chat since it was last open. */
export function useUnread(view: View | undefined, openId: string | undefined): Record<string, number> {
  const seen = useRef<Record<string, number>>(undefined);
  if (!view) return {};
  const answers: Record<string, number> = {};
  for (const { chatId, by } of view.messages) {
    if (by === "bot") answers[chatId] = (answers[chatId] ?? 0) + 1;
  }
  // What was there when the page opened counts as seen.
  seen.current ??= { ...answers };
  if (openId !== undefined) seen.current[openId] = answers[openId] ?? 0;
  const before = seen.current;
  return Object.fromEntries(
    Object.entries(answers).map(([chatId, count]) => [chatId, Math.max(0, count - (before[chatId] ?? 0))]),
  );
}
