import { useRef, useState } from "preact/hooks";
import { contentUrl } from "./client.ts";
import { formatSeconds } from "./format.ts";
import { words } from "./words.ts";

type Props = {
  id: string;
  /** As the bot is told; undefined: it is not. */
  durationMs: number | undefined;
  /** Names it for screen readers. */
  label: string;
  onGone: () => void;
};

export function Video({ id, label, onGone }: Props) {
  return (
    <div class="bubble recording">
      {/* biome-ignore lint/a11y/useMediaCaption: what a user has recorded has no captions */}
      <video
        controls
        preload="metadata"
        src={contentUrl(id)}
        tabIndex={-1}
        aria-label={label}
        onError={onGone}
      />
    </div>
  );
}

/** As in LINE: a button that plays it, and its duration. */
export function Voice({ id, durationMs, label, onGone }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const toggle = () => {
    if (isPlaying) audio.current?.pause();
    // What this browser cannot play stays silent.
    else audio.current?.play().catch(() => setPlaying(false));
  };
  return (
    <div class="bubble recording">
      {/* biome-ignore lint/a11y/useMediaCaption: what a user has recorded has no captions */}
      <audio
        ref={audio}
        preload="none"
        src={contentUrl(id)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={onGone}
      />
      <button
        type="button"
        tabIndex={-1}
        aria-label={words.chat.play(label)}
        aria-pressed={isPlaying}
        onClick={toggle}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d={isPlaying ? "M7 5h4v14H7zM13 5h4v14h-4z" : "M8 5l11 7-11 7z"} fill="currentColor" />
        </svg>
      </button>
      <svg class="wave" viewBox="0 0 68 20" width="68" height="20" aria-hidden="true">
        <path
          d="M2 8v4M10 5v10M18 7v6M26 2v16M34 6v8M42 4v12M50 8v4M58 5v10M66 8v4"
          stroke="currentColor"
          stroke-width="3"
          stroke-linecap="round"
        />
      </svg>
      {durationMs !== undefined && <span class="duration">{formatSeconds(durationMs)}</span>}
    </div>
  );
}
