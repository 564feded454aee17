import { BotError } from "@henji/core/error";
import type { Transcriber } from "@henji/core/model/transcriber";
import { directNetwork, type Failure, type Network } from "./network.ts";

export type MemoryTranscriberOptions = {
  network?: Network;
  /** Every call that arrives, with what is said. */
  onHear?: (words: string, languages: readonly string[]) => void;
  onFailure?: (words: string, code: string) => void;
};

/** Hears what the bytes spell; bytes that are no text are no sound. */
export function createMemoryTranscriber(options: MemoryTranscriberOptions = {}): Transcriber {
  const { network = directNetwork, onHear, onFailure } = options;
  return {
    transcribe: (sound, { languages, signal }) =>
      network.carry<string>({
        operation: "model.transcribe",
        effect() {
          const words = Buffer.from(sound.bytes).toString();
          if (words.includes("\uFFFD")) throw badMedia();
          onHear?.(words, languages);
          return words;
        },
        failed(failure) {
          const error = failed(reasons[failure]);
          onFailure?.(Buffer.from(sound.bytes).toString(), error.code);
          throw error;
        },
        patience: signal,
      }),
  };
}

const reasons: Record<Failure, string> = {
  silence: "timeout",
  unconnected: "timeout",
  status: "unavailable",
  refused: "unreachable",
  broken: "unreachable",
};

function badMedia(): BotError {
  return new BotError("model.bad_media", "OpenAI answered 400 invalid_file", { retry: "never" });
}

function failed(what: string): BotError {
  return new BotError(`model.${what}`, "OpenAI could not be heard", { retry: "later" });
}
