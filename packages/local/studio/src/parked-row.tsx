import { useEffect, useRef } from "preact/hooks";
import type { ParkedMessage } from "../../src/parked-view.ts";
import type { View } from "../../src/studio-view.ts";
import { formatWhen, langOf, oneLine } from "./format.ts";
import { History } from "./parked-history.tsx";
import { words } from "./words.ts";

type Props = {
  message: ParkedMessage;
  view: View;
  isOpen: boolean;
  /** It was asked for from its trace. */
  isShown: boolean;
  isSelected: boolean;
  /** Nothing is being replayed or dropped. */
  isIdle: boolean;
  onOpen: () => void;
  onSelect: (isSelected: boolean) => void;
  onReplay: () => void;
  onForce: () => void;
  onDrop: () => void;
  onShowTrace: (eventId: string) => void;
};

export function ParkedRow({ message, view, isOpen, isShown, isSelected, onOpen, onSelect, ...more }: Props) {
  const { id, chat, code, attempts, sentAt, parkedAt, onReplay: effect } = message;
  const opener = useRef<HTMLButtonElement>(null);
  const said = view.messages.find(({ eventId, by }) => by === "user" && eventId === id);
  const name = view.chats.find(({ hash }) => hash === chat)?.name ?? chat;
  const text = said?.content.type === "text" ? oneLine(said.content.text) : id;

  useEffect(() => {
    if (!isShown) return;
    opener.current?.focus({ preventScroll: true });
    opener.current?.scrollIntoView({ block: "start" });
  }, [isShown]);

  return (
    <>
      <tr class="parked-row" data-open={isOpen} data-selected={isSelected}>
        <td class="parked-check">
          <label class="check">
            <input
              type="checkbox"
              checked={isSelected}
              onChange={({ currentTarget }) => onSelect(currentTarget.checked)}
            />
            <span class="for-reader">{words.parked.select(`${name}: ${text}`)}</span>
          </label>
        </td>
        <td class="parked-what">
          <button ref={opener} type="button" aria-expanded={isOpen} onClick={onOpen}>
            <b lang={langOf(name)}>{name}</b>
            <span lang={langOf(text)}>{text}</span>
          </button>
        </td>
        <td class="parked-why">
          {words.parked.codes[code] ?? message.reason} <code>{code}</code>
        </td>
        <td class="parked-when">
          {sentAt !== undefined && <span>{words.parked.sentAt(formatWhen(sentAt))}</span>}
          <span>{words.parked.parkedAt(formatWhen(parkedAt))}</span>
          <span>{words.parked.attempts(attempts)}</span>
        </td>
        <td class="parked-effect" data-effect={effect.kind}>
          <span class="label">{words.parked.columns.effect}</span> {words.parked.effect(effect)}
        </td>
      </tr>
      {isOpen && (
        <tr class="parked-open">
          <td class="parked-history" colSpan={5}>
            <History message={message} view={view} {...more} />
          </td>
        </tr>
      )}
    </>
  );
}
