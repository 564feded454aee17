import { isCurrent } from "../table.ts";
import type { FoldUsage, ModelUsage } from "../usage/usage.ts";
import type { ChatItem } from "./entity.ts";

/** What the chat's own item says: how far its memory reaches, and what stands for the turns before that. */
export type ChatState = {
  /** Time from which turns are sent verbatim, as keys start with it; older ones are left out. Empty: none is. */
  windowStart: string;
  /** Notes on the turns before the window; empty: none. */
  summary: string;
  /** Time before which everything was erased; a message from before it gets no answer any more. */
  erasedBefore: string;
  /** Key before which nothing is left to erase, as far as an erasure of the whole chat that was cut short has come. */
  erasedTo: string;
  /** Ids of messages that were unsent before they arrived here. */
  unsent: readonly string[];
  /** What the last fold took. */
  fold: FoldUsage | undefined;
  /** Counts the changes; 0 if there have never been any. */
  version: number;
};

/** What becomes of the state; everything that is not named stays. */
export type StateChange = {
  windowStart?: string;
  summary?: string;
  erasedBefore?: string;
  erasedTo?: string;
  unsent?: readonly string[];
  /** Tokens of the fold that makes the change. */
  used?: ModelUsage;
  /** Epoch seconds. */
  expiresAt: number;
};

/** Its message was unsent, or its chat erased, before it came here. */
export function isErased(
  { key, messageId }: { key: string; messageId: string },
  { erasedBefore, unsent }: ChatState,
): boolean {
  return key < erasedBefore || unsent.includes(messageId);
}

const nothing = { windowStart: "", summary: "", erasedBefore: "", erasedTo: "", unsent: [] };

/** The state that an item holds; no item, or an expired one, holds an empty state. */
export function toState(item: ChatItem | undefined, now: number): ChatState {
  const version = item?.version ?? 0;
  if (!item || !isCurrent(item, now)) return { ...nothing, fold: undefined, version };
  const { windowStart, summary, erasedBefore, erasedTo, unsent, foldVersion } = { ...nothing, ...item };
  const { inputTokens = 0, cachedTokens = 0, outputTokens = 0 } = item;
  const fold = foldVersion ? { inputTokens, cachedTokens, outputTokens, version: foldVersion } : undefined;
  return { windowStart, summary, erasedBefore, erasedTo, unsent, fold, version };
}

const noFold = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, version: 0 };

/** What a change writes: the whole state, so that nothing of an expired item, which was read as empty, comes back. */
export function changed(state: ChatState, { used, ...change }: StateChange): Omit<ChatItem, "chatId"> {
  const { windowStart, summary, erasedBefore, erasedTo, unsent } = state;
  const version = state.version + 1;
  const fold = used ? { ...used, version } : (state.fold ?? noFold);
  const { inputTokens, cachedTokens, outputTokens, version: foldVersion } = fold;
  const written = { windowStart, summary, erasedBefore, erasedTo, unsent, ...change, version };
  return { ...written, unsent: [...written.unsent], inputTokens, cachedTokens, outputTokens, foldVersion };
}
