import type { Message } from "../../src/studio-view.ts";
import { langOf } from "./format.ts";
import { authorOf, type People } from "./people.ts";
import { previewOf } from "./preview.ts";
import { words } from "./words.ts";

/** The message that another one is about, on one line; undefined: it is not here any more. */
export function Quoted({ message, people }: { message: Message | undefined; people: People }) {
  if (!message) return <q class="quoted">{words.chat.quotedGone}</q>;
  const text = previewOf(message, people);
  return (
    <q class="quoted" lang={langOf(text)}>
      <b>{authorOf(message, people)}</b> {text}
    </q>
  );
}
