export type Sticker = { packageId: string; stickerId: string; keywords: string[]; emoji: string };

/**
 * Some to choose from. Their ids are in LINE's list of stickers that bots can send, so a bot can send one back; the
 * keywords and the emoji that stands for the artwork are not LINE's.
 */
export const stickers: readonly Sticker[] = [
  { packageId: "446", stickerId: "1988", emoji: "👋", keywords: ["hello", "hi", "greeting"] },
  { packageId: "446", stickerId: "1989", emoji: "🙏", keywords: ["thank you", "thanks", "grateful"] },
  { packageId: "446", stickerId: "1990", emoji: "👌", keywords: ["ok", "yes", "agree"] },
  { packageId: "446", stickerId: "1991", emoji: "😂", keywords: ["laugh", "funny", "happy"] },
  { packageId: "446", stickerId: "1992", emoji: "🎉", keywords: ["congratulations", "celebrate", "party"] },
  { packageId: "446", stickerId: "1993", emoji: "😢", keywords: ["sad", "cry", "lonely"] },
  { packageId: "446", stickerId: "1994", emoji: "😡", keywords: ["angry", "mad", "upset"] },
  { packageId: "446", stickerId: "1995", emoji: "😴", keywords: ["good night", "sleepy", "tired"] },
];

/** What stands for the artwork of a sticker; of one that is not listed, nothing is known. */
export function emojiOf(packageId: string, stickerId: string): string {
  const known = stickers.find((one) => one.packageId === packageId && one.stickerId === stickerId);
  return known?.emoji ?? "🏷️";
}
