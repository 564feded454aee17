import { useState } from "preact/hooks";
import { MAX_MEDIA_BYTES } from "../../src/studio-limits.ts";
import type { Sendable } from "../../src/studio-sendable.ts";
import { sendAs, type Writer } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { TooLarge } from "./media.ts";
import { words } from "./words.ts";

type Problem = {
  text: string;
  /** What was not sent, and can be sent again as it is. */
  again?: Sendable;
};

/** Sends what is not text, and keeps what could not be sent. */
export function useAttach(writer: Writer) {
  const [problem, setProblem] = useState<Problem>();
  const [isPreparing, setPreparing] = useState(false);

  /** @returns whether it was sent */
  async function send(content: Sendable): Promise<boolean> {
    setProblem(undefined);
    try {
      await sendAs(writer, content);
      return true;
    } catch {
      const text =
        content.type in words.chat.kinds
          ? words.chat.kindNotSent(words.chat.kinds[content.type as keyof typeof words.chat.kinds])
          : words.sendFailed;
      setProblem({ text, again: content });
      return false;
    }
  }

  async function prepare(make: () => Promise<Sendable>): Promise<Sendable | undefined> {
    setProblem(undefined);
    setPreparing(true);
    try {
      return await make();
    } catch (error) {
      const isTooLarge = error instanceof TooLarge;
      const text = isTooLarge ? words.chat.tooLarge(MAX_MEDIA_BYTES / 1024 ** 2) : words.chat.unreadable;
      setProblem({ text });
      return undefined;
    } finally {
      setPreparing(false);
    }
  }

  return {
    problem,
    isPreparing,
    send,

    /** Reads or makes something, and sends it. */
    async attach(make: () => Promise<Sendable>): Promise<void> {
      focusComposer();
      const content = await prepare(make);
      if (content) await send(content);
    },

    async tryAgain(): Promise<void> {
      focusComposer();
      if (problem?.again) await send(problem.again);
    },
  };
}
