import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat, ChatMemory, View } from "../../src/studio-view.ts";
import type { TraceContent } from "../../src/trace-content.ts";
import type { Trace } from "../../src/trace-step.ts";
import { readContent, readMemory } from "./client.ts";
import { isGroup } from "./people.ts";
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

/** As whom one writes in a chat: in a group as the member who was chosen last; undefined: nobody can write now. */
export function useSpeaker(chat: Chat): [string | undefined, (userId: string) => void] {
  const key = `speaker/${chat.id}`;
  const [chosen, setChosen] = useState(sessionStorage.getItem(key));
  const choose = (userId: string) => {
    sessionStorage.setItem(key, userId);
    setChosen(userId);
  };
  if (!isGroup(chat)) return [chat.blocked ? undefined : chat.id, choose];
  const { joined, members } = chat;
  if (!joined) return [undefined, choose];
  return [members.find((userId) => userId === chosen) ?? members[0], choose];
}

const READ_AGAIN_MS = 500;

/** The content of a trace, read again after each step and while a request has no response yet. */
export function useContent({ eventId, steps }: Trace, isWanted: boolean): TraceContent | undefined {
  const [content, setContent] = useState<TraceContent>();
  const version = `${steps.length}/${steps.at(-1)?.at}`;
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      // What an earlier run of Henji has handled has none; a failure keeps the last result.
      const next = await readContent(eventId, stop.signal).catch(() => undefined);
      if (!next || stop.signal.aborted) return;
      setContent(next);
      if (next.exchanges.some(({ end }) => !end)) timer = setTimeout(read, READ_AGAIN_MS);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [eventId, version, isWanted]);
  return isWanted ? content : undefined;
}

/** Whether a media query matches now. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const onChange = () => setMatches(media.matches);
    media.addEventListener("change", onChange);
    return () => media.removeEventListener("change", onChange);
  }, [query]);
  return matches;
}
