/** What was looked at and listened to beside text. */
export type MediaUsage = {
  /** Shown to the model; one that is shown again counts again. */
  pictures: number;
  files: number;
  /** Of voice that was written down. */
  voiceSeconds: number;
};

export const noMedia: MediaUsage = { pictures: 0, files: 0, voiceSeconds: 0 };

export function addMedia(one: MediaUsage = noMedia, other: MediaUsage = noMedia): MediaUsage {
  return {
    pictures: one.pictures + other.pictures,
    files: one.files + other.files,
    voiceSeconds: one.voiceSeconds + other.voiceSeconds,
  };
}

/** Nothing, if there is none. */
export function someMedia(used: MediaUsage): MediaUsage | undefined {
  return used.pictures + used.files + used.voiceSeconds > 0 ? used : undefined;
}
