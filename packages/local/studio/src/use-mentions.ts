import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Mentionable, offersFor, typedMention } from "./mentions.ts";

type Options = {
  chatId: string;
  text: string;
  setText: (text: string) => void;
  area: RefObject<HTMLTextAreaElement | null>;
  /** Nobody in a 1:1 chat. */
  mentionable: readonly Mentionable[];
};

/** Who is offered while an @ is typed, and who was chosen: a name that is typed whole is no mention, as in LINE. */
export function useMentions({ chatId, text, setText, area, mentionable }: Options) {
  const key = `mentions/${chatId}`;
  const [ids, setIds] = useState<string[]>(() => JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<number>();
  const nextCaret = useRef<number>(undefined);

  useEffect(() => sessionStorage.setItem(key, JSON.stringify(ids)), [key, ids]);
  useLayoutEffect(() => {
    if (nextCaret.current === undefined) return;
    area.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = undefined;
  }, [text]);

  const typed = mentionable.length > 0 ? typedMention(text, caret) : undefined;
  const offers = typed && typed.index !== dismissed ? offersFor(typed.query, mentionable) : [];

  function choose({ userId, name }: Mentionable): void {
    if (!typed) return;
    const before = `${text.slice(0, typed.index)}@${name} `;
    setText(before + text.slice(caret));
    setCaret(before.length);
    nextCaret.current = before.length;
    setIds([...new Set([...ids, userId])]);
    setActive(0);
    area.current?.focus();
  }

  return {
    offers,
    /** Of the offers, the one that Enter chooses. */
    active: Math.min(active, offers.length - 1),
    choose,
    chosen: mentionable.filter(({ userId }) => ids.includes(userId)),
    ids,
    setIds,

    onCaret(): void {
      const at = area.current?.selectionStart ?? 0;
      setCaret(at);
      if (dismissed !== undefined && typedMention(area.current?.value ?? "", at)?.index !== dismissed) {
        setDismissed(undefined);
      }
    },

    /** @returns whether the key was for the offers */
    onKey(event: KeyboardEvent): boolean {
      if (offers.length === 0) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setActive((active + step + offers.length) % offers.length);
      else if (event.key === "Enter" || event.key === "Tab") choose(offers[active] ?? offers[0]!);
      else if (event.key === "Escape") setDismissed(typed?.index);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
