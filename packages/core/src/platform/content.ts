/** One part of a question. What only its platform can fetch is named by `ref`, the platform's own id. */
export type ContentPart =
  | { kind: "text"; text: string }
  | MediaPart
  /** Described in words: a sticker's keywords, a place's name and address. */
  | { kind: "sticker" | "location"; text: string }
  /** Of a type that came after this was written. */
  | { kind: "unknown"; type: string };

/** What is not written. Its bytes are nowhere but on its platform; of what the bot made of it, the words stay. */
export type MediaPart = {
  kind: "image" | "audio" | "video" | "file";
  /** The platform's id of its message. */
  ref: string;
  /** Of a file. */
  name?: string;
  /** Its size, if the platform tells. */
  bytes?: number;
  /** How long it is, if the platform tells. */
  ms?: number;
  /** Of a picture that was sent together with others; how many, and the how-manieth from 1, may be unknown. */
  set?: { id: string; index?: number; total?: number };
  /** Where it is, if not with the platform: https. Of a video, its preview picture. */
  url?: string;
  /** What the model has seen in it, in its own words. */
  seen?: string;
  /** What was said in it: from then on it is a question like any other. */
  text?: string;
};

/** What a user has sent as one question; never empty. */
export type Content = readonly ContentPart[];

export function textContent(text: string): Content {
  return [{ kind: "text", text }];
}

/** What of it is text, a part a line: what commands are read from. */
export function textOf(content: Content): string {
  return content.flatMap((part) => ("text" in part && part.text ? part.text : [])).join("\n");
}

/** All that was said in it, by its sender or about it, a part a line. */
export function saidIn(content: Content): string {
  return content
    .flatMap((part) => (isMedia(part) ? [part.text, part.seen] : "text" in part ? part.text : []))
    .filter(Boolean)
    .join("\n");
}

export function isMedia(part: ContentPart): part is MediaPart {
  return "ref" in part;
}

/** Whether something of it came in this message, by the platform's id. */
export function cameIn(content: Content, messageId: string): boolean {
  return content.some((part) => isMedia(part) && part.ref === messageId);
}

/** In words, for whoever sees no pictures: with what the bot has made of what is not written. Always the same. */
export function wordsOf(content: Content): string {
  const lines: string[] = [];
  let start = 0;
  while (start < content.length) {
    const first = content[start]!;
    let end = start + 1;
    while (first.kind === "image" && content[end]?.kind === "image") end += 1;
    lines.push(...wordsIn(content.slice(start, end)));
    start = end;
  }
  return lines.join("\n");
}

const names = { image: "Picture", audio: "Voice message", video: "Video", file: "File" } as const;

/** Of one part, or of pictures that stand together. */
function wordsIn(parts: Content): string[] {
  const [part] = parts;
  if (!part || part.kind === "unknown") return [];
  if (!isMedia(part)) return [part.text];
  if (part.text) return [part.text];
  const name = parts.length > 1 ? `${parts.length} pictures` : names[part.kind];
  const seen = parts.flatMap((one) => (isMedia(one) && one.seen ? one.seen : [])).join(" ");
  const about = [part.name, seen].filter(Boolean).join(": ");
  return [about === "" ? `[${name}]` : `[${name}: ${about}]`];
}
