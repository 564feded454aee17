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

/** Of the erased ones; those of a day are far fewer. */
const MAX_ERASED = 50;

/**
 * The newest of what was said, oldest first, with this message in it: at most `limit` messages. Those that were erased
 * stay beside them: pushed out, a late delivery would bring them back.
 */
export function withMessage(
  talk: readonly TalkMessage[],
  message: TalkMessage,
  limit: number,
): readonly TalkMessage[] {
  if (talk.some(({ key }) => key === message.key)) return talk;
  const text = message.text.slice(0, MAX_TEXT).toWellFormed();
  let [left, room, erased] = [limit, MAX_TALK, MAX_ERASED];
  const isKept = (one: TalkMessage): boolean => {
    if (one.text === "") erased -= 1;
    else left -= 1;
    room -= one.text.length;
    return one.text === "" ? erased >= 0 : left >= 0 && room >= 0;
  };
  const newestFirst = [...talk, { ...message, text }].toSorted(byPlace).toReversed();
  return newestFirst.filter(isKept).toReversed();
}
