import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat, ChatMemory, View } from "../../src/studio-view.ts";
import { readMemory } from "./client.ts";
import { remembersUntil } from "./trace-state.ts";

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

/** What the bot remembers of a chat, read again after each message and when the bot was reloaded. */
export function useMemory({ id, hash }: Chat, { traces, info }: View): ChatMemory | undefined {
  const [read, setRead] = useState<{ id: string; memory: ChatMemory }>();
  const until = remembersUntil(traces, hash);
  useEffect(() => {
    const stop = new AbortController();
    readMemory(id, stop.signal).then(
      (memory) => setRead({ id, memory }),
      // What was read before still stands; the next change reads again.
      () => {},
    );
    return () => stop.abort();
  }, [id, until, info]);
  return read?.id === id ? read.memory : undefined;
}
