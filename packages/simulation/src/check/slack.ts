import { toBotError } from "@henji/core/error";
import type { Post } from "../slack/memory-slack.ts";
import type { Book, BookOptions } from "./book.ts";

/** What holds for Slack beside what holds for every answer: it goes into the thread of its question. */
export function checkSlack({ fateOf, eventOf, violate, slackErrors }: Book, _: BookOptions) {
  return {
    /** A call has ended with this error. */
    heardFromSlack(error: unknown): void {
      slackErrors.add(toBotError(error).code);
    },

    posted({ channel, thread, key, text }: Post): void {
      const { fate } = eventOf(key, [{ type: "text", text }]);
      if (!fate) {
        violate("private", "a post that belongs to no event");
        return;
      }
      const [, asked = "", ts] = /^slack:([^:]+):?(.*)$/.exec(fate.chatId) ?? [];
      const isAtHome =
        channel === asked && (ts === "" ? fate.eventId === `${channel}-${thread}` : ts === thread);
      if (!isAtHome) violate("private", `posted in ${channel}, ${thread}`, fateOf(fate.eventId));
    },
  };
}
