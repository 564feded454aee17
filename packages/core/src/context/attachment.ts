/** What the model is shown beside the text of a question: for this one request, and never as part of the past. */
export type Attachment =
  /** `url`: https, or a data URL. */
  | { kind: "picture"; url: string; detail: "low" | "high" }
  /** `data`: a data URL. */
  | { kind: "file"; name: string; data: string };

/** OpenAI: a picture of 12 megapixels takes 2,942 tokens at `high`, about 310 at `low`. */
const PICTURE_TOKENS = { low: 512, high: 4_096 };

/** As far as it can be known: of a file, its bytes are an upper bound for text only. */
export function attachmentTokens(attachment: Attachment): number {
  if (attachment.kind === "picture") return PICTURE_TOKENS[attachment.detail];
  return attachment.data.length;
}
