import type { Transcriber, TranscriberOptions } from "./transcriber.ts";

/** OpenAI's: loaded when the first voice message comes. */
export function createTranscriber(options: TranscriberOptions): Transcriber {
  return {
    async transcribe(sound, transcribing) {
      const { transcribe } = await import("./openai-transcriber.ts");
      return transcribe(sound, transcribing, options);
    },
  };
}
