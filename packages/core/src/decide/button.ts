import type { Chat } from "../bot/bot.ts";
import type { Button } from "../platform/platform.ts";

/** What a button of the bot's own asks for. */
export type Pressing =
  /** A turn's answer, or the rest of it. Keys are the chat's own: nobody presses a button of another chat. */
  | { kind: "answer" | "go_on"; key: string }
  /** Whether the calls may run that the turn with this key asks for; and what the user says by it. */
  | { kind: "yes" | "no"; key: string; text: string }
  /** What the user says by it. */
  | { kind: "say"; text: string };

/** As the data of a button. */
export function pressingData(pressing: Pressing): string {
  switch (pressing.kind) {
    case "say":
      return `say:${pressing.text}`;
    case "yes":
    case "no":
      return `${pressing.kind}:${pressing.key}:${pressing.text}`;
    default:
      return `${pressing.kind}:${pressing.key}`;
  }
}

/** Nothing, if it is no button that this version of the bot knows. */
export function pressingIn(data: string): Pressing | undefined {
  const [, kind, rest] = /^(answer|go_on|say|yes|no):(.+)$/s.exec(data) ?? [];
  switch (kind) {
    case "say":
      return { kind, text: rest! };
    case "answer":
    case "go_on":
      return { kind, key: rest! };
    case "yes":
    case "no": {
      const [, key, text] = /^([^:]+):(.+)$/s.exec(rest!) ?? [];
      return key === undefined || text === undefined ? undefined : { kind, key, text };
    }
    default:
      return undefined;
  }
}

/** What the user says by pressing it, if that is a message like any other; nothing, if it only shows something. */
export function saidBy(pressing: Pressing | undefined): string | undefined {
  return pressing && "text" in pressing ? pressing.text : undefined;
}

/** A button by which the user says something. In a group, a message is for the bot only if it says so. */
export function sayingButton(label: string, text: string, { type }: Pick<Chat, "type">): Button {
  return type === "user" ? { label, text } : { label, text, data: pressingData({ kind: "say", text }) };
}
