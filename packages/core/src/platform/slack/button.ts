import type { Button } from "../platform.ts";

/** Slack: up to 75 characters on a button, 2,000 in its value. */
const MAX_LABEL = 75;
const MAX_VALUE = 2_000;

/** Begins the id of a button of the bot's own. */
const OWN = "henji";

/** As Slack takes it; an id is used once in a message. */
export function buttonElement({ label, text, data }: Button, index: number) {
  const value = data === undefined ? `text:${text}` : `data:${data}`;
  return {
    type: "button",
    action_id: `${OWN}-${index}`,
    text: { type: "plain_text", text: label.slice(0, MAX_LABEL).toWellFormed(), emoji: false },
    value: value.slice(0, MAX_VALUE).toWellFormed(),
  };
}

/** Nothing, if it is no button of the bot's own. */
export function parseButton(id: string, value: string): { text?: string; data?: string } | undefined {
  if (!id.startsWith(`${OWN}-`)) return undefined;
  const [, kind, rest] = /^(text|data):(.+)$/s.exec(value) ?? [];
  if (rest === undefined || !rest.isWellFormed()) return undefined;
  return kind === "text" ? { text: rest } : { data: rest };
}
