import * as z from "zod/mini";

/** Stands in queue messages, which live for 14 days. */
export const platformName = z.string().check(z.regex(/^[a-z]{1,20}$/));

export type PlatformName = z.infer<typeof platformName>;

/** Of the first platform, whose chats' ids stay bare. */
const bare = "line";

/** Whose chat it is: the ids of any other platform's have its name in front. */
export function platformOf(chatId: string): PlatformName {
  const [, name = bare] = /^([a-z]{1,20}):/.exec(chatId) ?? [];
  return name;
}
