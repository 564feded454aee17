import { useRef } from "preact/hooks";
import type { Sendable } from "../../src/studio-sendable.ts";
import { fileOf, pictureOf, pictureOrVideoOf, voiceOf } from "./media.ts";
import { Menu } from "./menu.tsx";
import { samplePicture, sampleVoice } from "./samples.ts";
import { words } from "./words.ts";

/** What needs more than a press; it opens above the text. */
export type PanelName = "sticker" | "location";

type Props = {
  onPanel: (panel: PanelName) => void;
  onAttach: (make: () => Promise<Sendable>) => Promise<void>;
};

/** The plus beside the text: everything else that LINE's users can send. */
export function AttachMenu({ onPanel, onAttach }: Props) {
  const picture = useRef<HTMLInputElement>(null);
  const voice = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const { choices } = words.chat;
  const items = [
    { label: choices.sticker, icon: "🙂", onChoose: () => onPanel("sticker") },
    { label: choices.picture, icon: "🖼️", onChoose: () => picture.current?.click() },
    {
      ...{ label: choices.samplePicture, icon: "🎨" },
      onChoose: () => void onAttach(async () => pictureOf(await samplePicture())),
    },
    { label: choices.voice, icon: "🎤", onChoose: () => voice.current?.click() },
    {
      ...{ label: choices.sampleVoice, icon: "🎵" },
      onChoose: () => void onAttach(() => voiceOf(sampleVoice())),
    },
    { label: choices.file, icon: "📄", onChoose: () => file.current?.click() },
    { label: choices.location, icon: "📍", onChoose: () => onPanel("location") },
  ];
  const chosen = (make: (file: File) => Promise<Sendable>) => {
    return (event: Event & { currentTarget: HTMLInputElement }) => {
      const [one] = event.currentTarget.files ?? [];
      // So that the same file can be chosen again.
      event.currentTarget.value = "";
      if (one) void onAttach(() => make(one));
    };
  };
  return (
    <>
      <Menu label={words.chat.attach} class="attach" items={items}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M12 5v14M5 12h14" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
      </Menu>
      <input
        ref={picture}
        type="file"
        hidden
        accept="image/*,video/mp4"
        onChange={chosen(pictureOrVideoOf)}
      />
      <input ref={voice} type="file" hidden accept="audio/*" onChange={chosen(voiceOf)} />
      <input ref={file} type="file" hidden onChange={chosen(fileOf)} />
    </>
  );
}
