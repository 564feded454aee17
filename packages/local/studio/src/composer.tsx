import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_TEXT } from "../../src/studio-view.ts";
import { say } from "./client.ts";
import { formatNumber } from "./format.ts";
import { words } from "./words.ts";

/** From this length on, the length is shown. */
const NEAR_LIMIT = MAX_TEXT - 500;
/** `keyCode` of every key that an input method has handled, including Safari's last Enter. */
const HANDLED_BY_INPUT_METHOD = 229;

export function Composer({ userId, userName }: { userId: string; userName: string }) {
  const draft = `draft/${userId}`;
  const [text, setText] = useState(sessionStorage.getItem(draft) ?? "");
  const [failed, setFailed] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => sessionStorage.setItem(draft, text), [draft, text]);
  useEffect(() => {
    // On a phone, focus would open the keyboard over the chat.
    if (matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const { style, scrollHeight } = resetHeight(area.current!);
    style.height = `${scrollHeight}px`;
  }, [text]);

  const sendable = text.trim() !== "" && text.length <= MAX_TEXT;

  const send = async () => {
    if (!sendable) return;
    setText("");
    setFailed(false);
    try {
      await say(userId, text);
    } catch {
      setFailed(true);
      // Text typed in the meantime follows it.
      setText((since) => (since === "" ? text : `${text}\n${since}`));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === HANDLED_BY_INPUT_METHOD) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
        area.current?.focus();
      }}
    >
      {failed && (
        <p class="failed" role="alert">
          {words.sendFailed}
        </p>
      )}
      <textarea
        ref={area}
        rows={1}
        value={text}
        placeholder={words.messagePlaceholder(userName)}
        aria-label={words.messagePlaceholder(userName)}
        enterkeyhint="send"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text.length > NEAR_LIMIT && (
        <output class="length" data-over={text.length > MAX_TEXT}>
          {formatNumber(text.length)} / {formatNumber(MAX_TEXT)}
        </output>
      )}
      <button type="submit" class="send" disabled={!sendable} aria-label={words.send}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M4 12.2V5l17 7-17 7v-7.2l9-0z" fill="currentColor" />
        </svg>
      </button>
    </form>
  );
}

function resetHeight(area: HTMLTextAreaElement): HTMLTextAreaElement {
  area.style.height = "auto";
  return area;
}
