import { byPlace, type Place } from "../turn/place.ts";

/** Something that a member of a group has said, and not to the bot. */
export type TalkMessage = Place & {
  /** The platform's id of it. */
  messageId: string;
  /** The platform's id of the member. */
  senderId: string;
  /** Its beginning; empty, once it is erased: then it is known, and not kept again. */
  text: string;
};

/** Of a message as much as tells what it is about, in UTF-16 units. */
const MAX_TEXT = 500;
/** Of all of them together; with this, and its names, it is no more than some 6,000 tokens in any language. */
const MAX_TALK = 5_000;

/** The newest of what was said, oldest first, with this message in it: at most `limit` messages. */
export function withMessage(
  talk: readonly TalkMessage[],
  message: TalkMessage,
  limit: number,
): readonly TalkMessage[] {
  if (talk.some(({ key }) => key === message.key)) return talk;
  const text = message.text.slice(0, MAX_TEXT).toWellFormed();
  const newest = [...talk, { ...message, text }].toSorted(byPlace).slice(-limit);
  let room = MAX_TALK;
  const tooOld = newest.findLastIndex((one) => {
    room -= one.text.length;
    return room < 0;
  });
  return newest.slice(tooOld + 1);
}
