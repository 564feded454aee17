import type { Content, Message } from "../../src/studio-view.ts";
import { oneLine } from "./format.ts";
import type { People } from "./people.ts";
import { words } from "./words.ts";

/** A message on one line, as lists and quotes show it. */
export function previewOf(message: Message, people: People): string {
  if (message.by === "user" && message.unsent) return words.unsent;
  const { content } = message;
  switch (content.type) {
    case "text":
      return oneLine(content.text);
    case "happening":
      return happeningText(content, people);
    case "other":
      return oneLine(words.other(content.of, content.text));
    default:
      return words.chat.kind(words.chat.kinds[content.type], oneLine(whatIs(content)));
  }
}

function whatIs(content: Content): string {
  if (content.type === "file") return content.fileName;
  return content.type === "location" ? (content.title ?? content.address ?? "") : "";
}

type Happening = Extract<Content, { type: "happening" }>;

export function happeningText(
  { what, who, data = "", says }: Happening,
  { botName, nameOf }: People,
): string {
  const names = who.length === 0 ? words.chat.someone : words.chat.and(who.map(nameOf));
  return words.chat.happenings[what](names, botName, says === undefined ? data : words.chat.inQuotes(says));
}
