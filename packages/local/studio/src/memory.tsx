import { useState } from "preact/hooks";
import type { Chat, ChatMemory, View } from "../../src/studio-view.ts";
import { formatDollars, formatNumber, formatShare, langOf } from "./format.ts";
import { useMemory } from "./hooks.ts";
import { nameOf } from "./people.ts";
import { lastAsked } from "./trace-state.ts";
import { words } from "./words.ts";

/** What the bot remembers of the selected chat, and what the chat costs. */
export function MemoryPanel({ chat, view }: { chat: Chat; view: View }) {
  const read = useMemory(chat, view);
  const memory = read ?? unread;
  // Collapsed at first on a phone.
  const [open] = useState(() => !matchMedia("(max-width: 720px)").matches);
  const name = nameOf(chat);
  return (
    <details class="memory" open={open}>
      <summary>
        <h2>{words.memory}</h2>
        <span class="whose" lang={langOf(name)}>
          {name}
        </span>
        <span class="size" data-read={read !== undefined}>
          {words.windowSize(memory.window.turns, formatNumber(memory.window.tokens))}
        </span>
      </summary>
      <div class="memory-body" data-read={read !== undefined}>
        <Window {...memory.window} />
        <Notes notes={memory.notes} window={memory.window} />
        <Usage today={memory.today} last={lastAsked(view.traces, chat.hash)} />
      </div>
    </details>
  );
}

/** Takes its place until the memory is read, invisible, so that nothing moves then. */
const unread: ChatMemory = {
  window: {
    ...{ turns: 0, tokens: 0, leftOut: 0 },
    ...{ lowWaterTokens: 2_000, highWaterTokens: 6_000, maxTokens: 9_000 },
  },
  notes: { text: "", tokens: 0, maxTokens: 400 },
  today: {
    ...{ timeZone: "Asia/Tokyo", answers: 0, replies: 0, pushes: 0, dollars: 0 },
    ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
  },
};

function Window({
  tokens,
  lowWaterTokens: low,
  highWaterTokens: high,
  maxTokens: max,
}: ChatMemory["window"]) {
  const share = (n: number) => `${Math.min(100, (n / max) * 100)}%`;
  return (
    <div class="window" data-over={tokens > high}>
      {/* biome-ignore lint/a11y/useSemanticElements: the marks cannot be drawn into a meter element */}
      <div
        class="window-bar"
        role="meter"
        aria-label={words.window}
        aria-valuenow={tokens}
        aria-valuemin={0}
        aria-valuemax={max}
      >
        {tokens > 0 && <span class="fill" style={{ width: share(tokens) }} />}
        <i style={{ left: share(low) }} />
        <i style={{ left: share(high) }} />
      </div>
      <div
        class="marks"
        style={{
          gridTemplateColumns: [low, high - low, max - high]
            .map((n) => `minmax(max-content, ${n}fr)`)
            .join(" "),
        }}
      >
        <span>{words.lowMark(formatNumber(low))}</span>
        <span>{words.highMark(formatNumber(high))}</span>
        <span>{words.bound(formatNumber(max))}</span>
      </div>
      <p class="explained">{words.windowRule(formatNumber(low), formatNumber(high))}</p>
    </div>
  );
}

type NotesProps = Pick<ChatMemory, "notes" | "window">;

function Notes({ notes: { text, tokens, maxTokens }, window: { leftOut, highWaterTokens } }: NotesProps) {
  return (
    <section class="notes" aria-label={words.notes}>
      <h3>
        {words.notes}
        {leftOut > 0 && <small class="left-out">{words.leftOut(leftOut)}</small>}
        {text !== "" && <small>{words.tokensOf(formatNumber(tokens), formatNumber(maxTokens))}</small>}
      </h3>
      {text === "" ? (
        <p class="text none">{words.noNotes(formatNumber(highWaterTokens))}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        <p class="text" lang={langOf(text)} tabIndex={0}>
          {text}
        </p>
      )}
    </section>
  );
}

type UsageProps = { today: ChatMemory["today"]; last: ReturnType<typeof lastAsked> };

function Usage({ today, last }: UsageProps) {
  const [input, cached, output] = [today.inputTokens, today.cachedTokens, today.outputTokens].map(
    formatNumber,
  );
  return (
    <section class="usage" aria-label={words.usage}>
      <dl>
        <Figure name={words.cachedLast} value={formatShare(last?.cachedTokens, last?.inputTokens)} />
        <Figure name={words.cachedToday} value={formatShare(today.cachedTokens, today.inputTokens)} />
        <Figure name={words.answersToday} value={formatNumber(today.answers)} />
        <Figure name={words.costToday} value={formatDollars(today.dollars)} />
      </dl>
      <p>
        <span>
          {words.todayIn(today.timeZone)}
          {words.tokens(input!, cached!, output!)}
        </span>
        <span>{words.sent(today.replies, today.pushes)}</span>
      </p>
      <p class="explained">{words.cacheRule}</p>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
