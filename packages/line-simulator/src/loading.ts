import type { Change } from "./changes.ts";

export type Loading = ReturnType<typeof createLoading>;

/** Loading animations: one per 1:1 chat, ended by the next message or by time. */
export function createLoading(options: {
  clock: () => number;
  emit: (change: Change) => void;
  saved?: Record<string, number> | undefined;
}) {
  const { clock, emit } = options;
  const shown = new Map<string, number>(Object.entries(options.saved ?? {}));

  function end(chatId: string, because: "message" | "time") {
    if (shown.delete(chatId)) emit({ type: "loading-ended", chatId, because });
  }

  return {
    start(chatId: string, seconds: number) {
      const until = clock() + seconds * 1_000;
      shown.set(chatId, until);
      emit({ type: "loading", chatId, until });
    },

    messageArrived: (chatId: string) => end(chatId, "message"),

    /** Ends the animations whose time has passed. */
    sweep() {
      for (const [chatId, until] of shown) if (until <= clock()) end(chatId, "time");
    },

    /** When the animation of this chat will be over, or nothing if none is shown. */
    until(chatId: string): number | undefined {
      this.sweep();
      return shown.get(chatId);
    },

    save: () => Object.fromEntries(shown),
  };
}
