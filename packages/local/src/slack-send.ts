import type { SlackSimulator } from "@henji/slack-simulator";
import type { Sendable } from "./studio-sendable.ts";

/** Whether a chat of the page is one of the Slack workspace. */
export function isOfSlack(chatId: string): boolean {
  return chatId.startsWith("slack:");
}

/**
 * Writes, or presses a button, in a chat of the workspace as one of its people, who has the id of their DM.
 *
 * @returns 202, or why it is not possible
 */
export function sendToSlack(
  slack: SlackSimulator,
  { from, chatId, content }: { from: string; chatId: string; content: Sendable },
): 202 | 404 | 409 {
  const [, channel = "", thread] = chatId.split(":");
  const [, dm = ""] = from.split(":");
  const channels = slack.channels();
  const user = channels.find(({ id, kind }) => id === dm && kind === "dm")?.members[0];
  if (user === undefined || !channels.some(({ id }) => id === channel)) return 404;
  const where = { from: user, channel, ...(thread !== undefined && { thread }) };
  switch (content.type) {
    case "text":
      slack.say({ ...where, text: content.text });
      return 202;
    case "image": {
      const bytes = Buffer.from(content.base64, "base64");
      const name = `picture.${content.contentType.split("/")[1]}`;
      slack.say({ ...where, text: "", files: [{ name, mimetype: content.contentType, bytes }] });
      return 202;
    }
    case "postback": {
      const [, ts = "", label = ""] = /^(\S+) (.*)$/s.exec(content.data) ?? [];
      try {
        slack.press(user, channel, ts, label);
        return 202;
      } catch {
        return 409;
      }
    }
    default:
      // Slack has no stickers, and the page does not send it the rest.
      return 409;
  }
}
