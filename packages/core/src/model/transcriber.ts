import type { Media } from "../platform/media.ts";
import type { ModelOptions } from "./model.ts";

export type Transcribing = {
  /** In which it may be spoken: ISO 639-1, the likeliest first. */
  languages: readonly string[];
  signal: AbortSignal;
};

/** Writes down what is said. */
export type Transcriber = {
  /**
   * @returns the words; empty, if there are none
   * @throws BotError `model.bad_media` if it is no sound that can be listened to
   */
  transcribe(sound: Media, options: Transcribing): Promise<string>;
};

export type TranscriberOptions = Omit<ModelOptions, "settings"> & {
  /** The model's name. */
  model: string;
};
