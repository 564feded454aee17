import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_TEXT } from "../../src/studio-limits.ts";
import type { Sendable } from "../../src/studio-sendable.ts";
import type { Message } from "../../src/studio-view.ts";
import { AttachMenu, type PanelName } from "./attach-menu.tsx";
import { sendAs, type Writer } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { formatNumber } from "./format.ts";
import { LocationPanel } from "./location-panel.tsx";
import { type Mentionable, mentioneesIn } from "./mentions.ts";
import type { People } from "./people.ts";
import { Quoted } from "./quoted.tsx";
import { Speaker } from "./speaker.tsx";
import { StickerPanel } from "./sticker-panel.tsx";
import { useAttach } from "./use-attach.ts";
import { useMentions } from "./use-mentions.ts";
import { words } from "./words.ts";

/** From this length on, the length is shown. */
const NEAR_LIMIT = MAX_TEXT - 500;
/** `keyCode` of every key that an input method has handled, including Safari's last Enter. */
const HANDLED_BY_INPUT_METHOD = 229;

type Props = {
  writer: Writer;
  people: People;
  /** Who can write here; one cannot choose in a 1:1 chat. */
  speakers: readonly Mentionable[];
  mentionable: readonly Mentionable[];
  onSpeaker: (userId: string) => void;
  quote: Message | undefined;
  onQuote: (message: Message | undefined) => void;
};

export function Composer({ writer, people, speakers, mentionable, onSpeaker, quote, onQuote }: Props) {
  const draft = `draft/${writer.chatId}`;
  const [text, setText] = useState(sessionStorage.getItem(draft) ?? "");
  const [failed, setFailed] = useState(false);
  const [panel, setPanel] = useState<PanelName>();
  const area = useRef<HTMLTextAreaElement>(null);
  const offersId = useId();
  const mentions = useMentions({ chatId: writer.chatId, text, setText, area, mentionable });
  const attached = useAttach(writer);
  const mentionees = mentioneesIn(text, mentions.chosen);

  useEffect(() => sessionStorage.setItem(draft, text), [draft, text]);
  // On a phone, focus would open the keyboard over the chat.
  useEffect(focusComposer, []);
  useLayoutEffect(() => {
    const { style, scrollHeight } = resetHeight(area.current!);
    style.height = `${scrollHeight}px`;
  }, [text]);

  const canSend = text.trim() !== "" && text.length <= MAX_TEXT;
  const quotes = quote && { quotedMessageId: quote.id };

  const send = async () => {
    if (!canSend) return;
    const { ids } = mentions;
    setText("");
    mentions.setIds([]);
    onQuote(undefined);
    setFailed(false);
    try {
      await sendAs(writer, { type: "text", text, ...(mentionees.length > 0 && { mentionees }), ...quotes });
    } catch {
      setFailed(true);
      // Text typed in the meantime follows it.
      setText((since) => (since === "" ? text : `${text}\n${since}`));
      mentions.setIds((since) => [...new Set([...ids, ...since])]);
      if (quote) onQuote(quote);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === HANDLED_BY_INPUT_METHOD) return;
    if (mentions.onKey(event) || event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void send();
  };
  const closePanel = () => {
    setPanel(undefined);
    focusComposer();
  };
  /** The panel stays if it was not sent. */
  const sendFromPanel = async (content: Sendable) => {
    if (!(await attached.send(content))) return;
    if (content.type === "sticker") onQuote(undefined);
    closePanel();
  };
  const placeholder = words.messagePlaceholder(people.nameOf(writer.from));

  return (
    <div class="composer">
      {failed && (
        <p class="failed" role="alert">
          {words.sendFailed}
        </p>
      )}
      {attached.problem && (
        <p class="failed" role="alert">
          {attached.problem.text}{" "}
          {attached.problem.again && (
            <button type="button" class="button" onClick={attached.tryAgain}>
              {words.chat.tryAgain}
            </button>
          )}
        </p>
      )}
      {attached.isPreparing && <p class="preparing">{words.chat.preparing}</p>}
      {panel === "sticker" && (
        <StickerPanel onClose={closePanel} onSend={(sticker) => sendFromPanel({ ...sticker, ...quotes })} />
      )}
      {panel === "location" && <LocationPanel onClose={closePanel} onSend={sendFromPanel} />}
      {quote && (
        <div class="quote-row">
          <Quoted message={quote} people={people} />
          <button
            type="button"
            class="remove"
            aria-label={words.chat.noQuote}
            onClick={() => {
              onQuote(undefined);
              focusComposer();
            }}
          >
            ×
          </button>
        </div>
      )}
      {speakers.length > 0 && (
        <div class="group-row">
          <Speaker speakers={speakers} speaker={writer.from} onSpeaker={onSpeaker} />
          {mentionees.length > 0 && (
            <span class="mentions">
              {words.chat.mentions(words.chat.and(mentionees.map(({ userId }) => people.nameOf(userId))))}
            </span>
          )}
        </div>
      )}
      <form
        class="write"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
          area.current?.focus();
        }}
      >
        {mentions.offers.length > 0 && (
          <div class="offers" id={offersId} role="listbox" aria-label={words.chat.offers}>
            {mentions.offers.map((who, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text that has the focus
              <div
                key={who.userId}
                id={`${offersId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === mentions.active}
                // The text keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => mentions.choose(who)}
              >
                @{who.name}
              </div>
            ))}
          </div>
        )}
        <AttachMenu onPanel={setPanel} onAttach={attached.attach} />
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-autocomplete={mentionable.length > 0 ? "list" : undefined}
          {...(mentions.offers.length > 0 && {
            // Only so long, since a combobox has one line. Preact's types know no such textarea.
            role: "combobox" as "textbox",
            "aria-haspopup": "listbox" as const,
            "aria-expanded": true,
            "aria-controls": offersId,
            "aria-activedescendant": `${offersId}-${mentions.active}`,
          })}
          enterkeyhint="send"
          onInput={(event) => {
            setText(event.currentTarget.value);
            mentions.onCaret();
          }}
          onSelect={mentions.onCaret}
          onKeyDown={onKeyDown}
        />
        {text.length > NEAR_LIMIT && (
          <output class="length" data-over={text.length > MAX_TEXT}>
            {formatNumber(text.length)} / {formatNumber(MAX_TEXT)}
          </output>
        )}
        <button type="submit" class="send" disabled={!canSend} aria-label={words.send}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <path d="M4 12.2V5l17 7-17 7v-7.2l9-0z" fill="currentColor" />
          </svg>
        </button>
      </form>
    </div>
  );
}

function resetHeight(area: HTMLTextAreaElement): HTMLTextAreaElement {
  area.style.height = "auto";
  return area;
}
