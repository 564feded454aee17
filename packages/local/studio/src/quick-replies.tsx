import { useState } from "preact/hooks";
import type { QuickReply } from "../../src/studio-view.ts";
import { say } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { langOf } from "./format.ts";
import { words } from "./words.ts";

/** As in LINE: shown under the newest message, until the next one. */
export function QuickReplies({ userId, replies }: { userId: string; replies: readonly QuickReply[] }) {
  const [sent, setSent] = useState(false);
  const press = (text: string) => {
    setSent(true);
    focusComposer();
    say(userId, text).catch(() => setSent(false));
  };
  return (
    <ul class="quick-replies" aria-label={words.quickReplies}>
      {replies.map(({ label, text }) => (
        <li key={text}>
          <button type="button" lang={langOf(label)} disabled={sent} onClick={() => press(text)}>
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
