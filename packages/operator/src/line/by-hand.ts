/** A switch of LINE's that no API knows. */
export type Step = {
  name: string;
  /** What to do. */
  do: string;
  where: string;
  /** How it shows that it is done. */
  shows: string;
};

const console = "https://developers.line.biz/console/";

export const useWebhook: Step = {
  name: "Use webhook",
  do: 'in the channel\'s tab "Messaging API", switch "Use webhook" on',
  where: console,
  shows: "connect and doctor say so",
};

/** @param basicId the bot's, `@…`, of which its page in LINE's Official Account Manager is named */
export function managerOf(basicId: string | undefined): string {
  return `https://manager.line.biz/${basicId === undefined ? "" : `account/${basicId}`}`;
}

export function switchesOf(basicId: string | undefined) {
  const manager = managerOf(basicId);
  return {
    redelivery: {
      name: "webhook redelivery",
      do: 'in the channel\'s tab "Messaging API", switch "Webhook redelivery" on: else LINE does not send again what the webhook could not take',
      where: console,
      shows: 'only the switch itself; later, lines of "event.queued" with "redelivery":true in the log',
    },
    autoReply: {
      name: "auto-reply messages",
      do: 'in "Settings", "Response settings", switch "Auto-reply messages" off: else they come next to the bot\'s answers',
      where: manager,
      shows: "write to the bot: one answer comes, not two",
    },
    greeting: {
      name: "greeting message",
      do: 'in "Settings", "Response settings", switch "Greeting message" off: else who adds the bot is greeted twice',
      where: manager,
      shows: "block and unblock the bot: it greets once",
    },
    groups: {
      name: "group chats",
      do: 'if it shall answer in groups, in the channel\'s tab "Messaging API", switch "Allow bot to join group chats" on',
      where: console,
      shows: "invite it to a group: it stays, and greets",
    },
  } satisfies Record<string, Step>;
}
