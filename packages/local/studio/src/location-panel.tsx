import { useId, useState } from "preact/hooks";
import type { Sendable } from "../../src/studio-sendable.ts";
import { Panel } from "./panel.tsx";
import { words } from "./words.ts";

type Props = {
  onClose: () => void;
  onSend: (location: Extract<Sendable, { type: "location" }>) => Promise<void>;
};

const { sample } = words.chat.location;
const start = { ...sample, latitude: "35.6812", longitude: "139.7671" };

/** A place; at first a sample. */
export function LocationPanel({ onClose, onSend }: Props) {
  const [place, setPlace] = useState(start);
  const [sending, setSending] = useState(false);
  const id = useId();
  const field = (name: keyof typeof start, attributes: object) => (
    <label for={`${id}-${name}`}>
      <span>{words.chat.location[name]}</span>
      <input
        id={`${id}-${name}`}
        value={place[name]}
        {...attributes}
        onInput={({ currentTarget: { value } }) => setPlace({ ...place, [name]: value })}
      />
    </label>
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    const { title, address, latitude, longitude } = place;
    setSending(true);
    await onSend({
      type: "location",
      title,
      address,
      latitude: Number(latitude),
      longitude: Number(longitude),
    });
    setSending(false);
  };
  return (
    <Panel title={words.chat.choices.location} class="location-panel" onClose={onClose}>
      <form onSubmit={submit}>
        {field("title", { maxLength: 100 })}
        {field("address", { maxLength: 100 })}
        {field("latitude", { type: "number", min: -90, max: 90, step: "any", required: true })}
        {field("longitude", { type: "number", min: -180, max: 180, step: "any", required: true })}
        <button type="submit" class="button primary" disabled={sending}>
          {words.send}
        </button>
      </form>
    </Panel>
  );
}
