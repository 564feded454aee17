/** Names that stand in queue messages, which live for 14 days. */
export const platformNames = ["line"] as const;

export type PlatformName = (typeof platformNames)[number];
