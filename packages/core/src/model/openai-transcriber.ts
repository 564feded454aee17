import { toFile } from "openai";
import type { Media } from "../platform/media.ts";
import { createOpenAiClient } from "./client.ts";
import { modelError } from "./error.ts";
import type { TranscriberOptions, Transcribing } from "./transcriber.ts";

/** OpenAI tells the format by the end of the name. */
const ends: Readonly<Record<string, string>> = {
  "audio/mp4": "m4a",
  "audio/x-m4a": "m4a",
  "audio/aac": "m4a",
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "audio/ogg": "ogg",
  "audio/webm": "webm",
  "video/mp4": "mp4",
};

export async function transcribe(
  { bytes, type }: Media,
  { languages, signal }: Transcribing,
  { model, ...options }: TranscriberOptions,
): Promise<string> {
  const file = await toFile(bytes, `voice.${ends[type] ?? "m4a"}`, { type });
  const { text } = await createOpenAiClient(options)
    .audio.transcriptions.create({ model, file, languages: [...languages] }, { signal })
    .catch((cause) => {
      throw modelError(cause, signal);
    });
  return text.trim();
}
