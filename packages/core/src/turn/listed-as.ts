/** What the index tells of a listed turn without its item being read. */
export type ListedAs = {
  /** When it came to its list, epoch milliseconds. */
  at: number;
  /** Of a parked turn. */
  code: string;
  /** See `Place`. */
  sequence: string;
};

/** Where the chats of a day are found, `YYYY-MM-DD`: each by a turn, or by several. */
export function listOfDay(day: string): string {
  return `day#${day}`;
}

/** A turn's place on its list, by which the list is sorted. */
export function listedAs({ at, code, sequence }: ListedAs): string {
  return [new Date(at).toISOString(), code, sequence].join("#");
}

export function fromListedAs(listedAs: string): ListedAs {
  const [time = "", code = "", sequence = ""] = listedAs.split("#");
  return { at: Date.parse(time), code, sequence };
}
