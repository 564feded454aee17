import { useState } from "preact/hooks";
import type { Sendable } from "../../src/studio-sendable.ts";
import { Panel } from "./panel.tsx";
import { type Sticker, stickers } from "./stickers.ts";
import { words } from "./words.ts";

type Props = {
  onClose: () => void;
  onSend: (sticker: Extract<Sendable, { type: "sticker" }>) => Promise<void>;
};

/** A few stickers to choose from. */
export function StickerPanel({ onClose, onSend }: Props) {
  const [sending, setSending] = useState(false);
  const press = async ({ packageId, stickerId, keywords }: Sticker) => {
    setSending(true);
    await onSend({ type: "sticker", packageId, stickerId, keywords });
    setSending(false);
  };
  return (
    <Panel title={words.chat.stickers} class="sticker-panel" onClose={onClose}>
      <ul>
        {stickers.map((sticker) => (
          <li key={sticker.stickerId}>
            <button type="button" disabled={sending} onClick={() => void press(sticker)}>
              <span class="emoji" aria-hidden="true">
                {sticker.emoji}
              </span>
              <span class="keywords">{sticker.keywords[0]}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="rule">{words.chat.stickerRule}</p>
    </Panel>
  );
}
