import type { Mentionable } from "./mentions.ts";
import { words } from "./words.ts";

type Props = {
  speakers: readonly Mentionable[];
  speaker: string;
  onSpeaker: (userId: string) => void;
};

/** As which member of a group one writes. */
export function Speaker({ speakers, speaker, onSpeaker }: Props) {
  return (
    <select
      class="speaker"
      aria-label={words.chat.speaker}
      value={speaker}
      onChange={({ currentTarget }) => onSpeaker(currentTarget.value)}
    >
      {speakers.map(({ userId, name }) => (
        <option key={userId} value={userId}>
          {words.chat.as(name)}
        </option>
      ))}
    </select>
  );
}
