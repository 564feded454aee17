import type { Chat } from "../bot/bot.ts";
import type { Button } from "../platform/platform.ts";

/** What a button of the bot's own asks for. */
export type Pressing =
  /** A turn's answer, or the rest of it. Keys are the chat's own: nobody presses a button of another chat. */
  | { kind: "answer" | "go_on"; key: string }
  /** What the user says by it. */
  | { kind: "say"; text: string };

/** As the data of a button. */
export function pressingData(pressing: Pressing): string {
  return `${pressing.kind}:${pressing.kind === "say" ? pressing.text : pressing.key}`;
}

/** Nothing, if it is no button that this version of the bot knows. */
export function pressingIn(data: string): Pressing | undefined {
  const { kind, rest } = /^(?<kind>answer|go_on|say):(?<rest>.+)$/s.exec(data)?.groups ?? {};
  if (kind === undefined || rest === undefined) return undefined;
  return kind === "say" ? { kind, text: rest } : { kind: kind as "answer" | "go_on", key: rest };
}

/** A button by which the user says something. In a group, a message is for the bot only if it says so. */
export function sayingButton(label: string, text: string, { type }: Pick<Chat, "type">): Button {
  return type === "user" ? { label, text } : { label, text, data: pressingData({ kind: "say", text }) };
}
