/** What the bot says by itself, if `bot.config.ts` says nothing else. */
export type Texts = {
  /** Sent when a user adds the bot as a friend, or unblocks it. */
  greeting: string;
  /** Sent when the bot joins a group: says that it answers when it is mentioned or quoted. */
  greetingGroup: string;
  /** Sent once when a message is given up on. */
  apology: string;
  /** Sent when the model declines to answer. */
  refusal: string;
  /** Sent for a picture, voice message, video or file that the bot does not look at. */
  notUnderstood: string;
  /** Sent if the platform has no longer what was sent. */
  mediaGone: string;
  /** Sent if it has more bytes than the bot takes, or is too long. */
  mediaTooLarge: string;
  /** Sent for a voice message in which nothing is said. */
  mediaUnheard: string;
  /** Sent if a user has sent as much of the kind as `media` allows for a day. */
  mediaLimit: string;
  /** Added to an answer that was cut at a limit. */
  cut: string;
  /** Label of the button that shows the rest of a long answer, and what the user says by pressing it. */
  goOn: string;
  /** Sent if an answer takes long, with a button that shows it. */
  stillThinking: string;
  /** The same in a group, where the button is gone with anybody's next message. */
  stillThinkingGroup: string;
  /** Label of that button. */
  showAnswer: string;
  /** Sent if a button is pressed whose answer is no longer stored. */
  gone: string;
  /** Asks whether what a tool is about to do shall be done, if the tool has no question of its own. */
  confirm: string;
  /** Labels of the buttons under it, and what the user says by pressing them. */
  confirmYes: string;
  confirmNo: string;
  /** Sent if one of them is pressed too late. */
  confirmExpired: string;
  /** Sent once when more messages wait for an answer than `limits.maxUnanswered`. */
  tooMany: string;
  /** Sent once a day when `limits.dailyMessages`, `dailyTokens` or, for all users, `totalDailyTokens` is reached. */
  dailyLimit: string;
  /** Asks whether everything shall be forgotten. */
  forget: string;
  forgotten: string;
  /** The same in a group, where only what this member has written is erased. */
  forgetOwn: string;
  forgottenOwn: string;
  /** Sent when the user declines. */
  kept: string;
  /** Stands above the notes on the conversation. */
  memory: string;
  nothingRemembered: string;
  /** Stands above everything that is stored of a chat. `{timeZone}` is the name of the bot's time zone. */
  export: string;
  /** The same in a group, where only what this member has written is shown. */
  exportOwn: string;
  /** In place of either, if there is nothing. */
  nothingStored: string;
  nothingToRetry: string;
  /** Stands above the list of the commands. */
  help: string;
  /** What each command does, for that list. */
  about: { memory: string; forget: string; export: string; retry: string; help: string };
};

/** The texts that are shown on a button. */
export const labels = [
  "goOn",
  "showAnswer",
  "confirmYes",
  "confirmNo",
] as const satisfies readonly (keyof Texts)[];
