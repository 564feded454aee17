import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat, ChatMemory, View } from "../../src/studio-view.ts";
import { readMemory } from "./client.ts";
import { memoryVersion } from "./trace-state.ts";

/** The current time, updated every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** The bot's messages in each chat since it was last open, counted. */
export function useUnread(view: View | undefined, openId: string | undefined): Record<string, number> {
  const seen = useRef<Record<string, number>>(undefined);
  if (!view) return {};
  const answers: Record<string, number> = {};
  for (const { chatId, by } of view.messages) {
    if (by === "bot") answers[chatId] = (answers[chatId] ?? 0) + 1;
  }
  // Messages from before the page was opened count as read.
  seen.current ??= { ...answers };
  if (openId !== undefined) seen.current[openId] = answers[openId] ?? 0;
  const before = seen.current;
  return Object.fromEntries(
    Object.entries(answers).map(([chatId, count]) => [chatId, Math.max(0, count - (before[chatId] ?? 0))]),
  );
}

/** What the bot remembers of a chat; read again after each message and after a reload of the bot. */
export function useMemory({ id, hash }: Chat, { traces, info }: View): ChatMemory | undefined {
  const [read, setRead] = useState<{ id: string; memory: ChatMemory }>();
  const version = memoryVersion(traces, hash);
  useEffect(() => {
    const stop = new AbortController();
    readMemory(id, stop.signal).then(
      (memory) => setRead({ id, memory }),
      // Keep the last result; the next change reads again.
      () => {},
    );
    return () => stop.abort();
  }, [id, version, info]);
  return read?.id === id ? read.memory : undefined;
}
