/** One part of a question. What only its platform can fetch is named by `ref`, the platform's own id. */
export type ContentPart =
  | { kind: "text"; text: string }
  | { kind: "image" | "audio" | "video" | "file"; ref: string; name?: string; bytes?: number }
  /** Described in words: a sticker's keywords, a place's name and address. */
  | { kind: "sticker" | "location"; text: string }
  /** Of a type that came after this was written. */
  | { kind: "unknown"; type: string };

/** What a user has sent as one question; never empty. */
export type Content = readonly ContentPart[];

export function textContent(text: string): Content {
  return [{ kind: "text", text }];
}

/** What of it is text, a part a line: what commands are read from, and what the model is shown. */
export function textOf(content: Content): string {
  return content.flatMap((part) => ("text" in part ? part.text : [])).join("\n");
}
