import * as z from "zod/mini";

/** Stands in queue messages, which live for 14 days. */
export const platformName = z
  .string()
  .check(z.regex(/^[a-z]{1,20}$/, "a platform's name has lower-case letters only"));

export type PlatformName = z.infer<typeof platformName>;
