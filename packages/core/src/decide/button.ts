/** What a button of the bot's own asks for, and of which turn: by its key. */
export type Pressing = { kind: "go_on"; key: string };

/** As the data of a button. Keys are the chat's own: nobody presses a button of another chat. */
export function pressingData({ kind, key }: Pressing): string {
  return `${kind}:${key}`;
}

/** Nothing, if it is no button that this version of the bot knows. */
export function pressingIn(data: string): Pressing | undefined {
  const { kind, key } = /^(?<kind>go_on):(?<key>.+)$/s.exec(data)?.groups ?? {};
  return kind === undefined || key === undefined ? undefined : { kind: kind as Pressing["kind"], key };
}
