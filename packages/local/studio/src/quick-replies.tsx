import { useState } from "preact/hooks";
import type { Sendable } from "../../src/studio-sendable.ts";
import type { QuickReply } from "../../src/studio-view.ts";
import { sendAs, type Writer } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { langOf } from "./format.ts";
import { words } from "./words.ts";

/** As in LINE: shown under the newest message, until the next one. */
export function QuickReplies({ writer, replies }: { writer: Writer; replies: readonly QuickReply[] }) {
  const [sent, setSent] = useState(false);
  const press = (sends: Sendable) => {
    setSent(true);
    focusComposer();
    sendAs(writer, sends).catch(() => setSent(false));
  };
  return (
    <ul class="quick-replies" aria-label={words.quickReplies}>
      {replies.map(({ label, sends }, index) => (
        <li key={index}>
          <button type="button" lang={langOf(label)} disabled={sent} onClick={() => press(sends)}>
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
