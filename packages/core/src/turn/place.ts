/** Where a turn is: the same for every redelivery of its event. */
export type TurnKey = {
  chatId: string;
  /** `<event timestamp, 13 digits>#<event id>`: unique by event, sorts by time, but within a millisecond at random. */
  key: string;
};

/** What orders the turns of a chat: the time of the event and, within a millisecond, the queue. */
export type Place = {
  key: string;
  /** Of the job with which the event first came: 39 digits, growing within the chat. */
  sequence: string;
};

/** @param at of the event, epoch milliseconds */
export function turnKeyOf(chatId: string, { eventId, at }: { eventId: string; at: number }): TurnKey {
  return { chatId, key: `${keyAt(at)}#${eventId}` };
}

/** As the keys of that time begin. @param at epoch milliseconds; what is before 1970 is 1970 */
export function keyAt(at: number): string {
  return String(Math.max(0, at)).padStart(13, "0");
}

/** When the event happened, epoch milliseconds. */
export function atOf({ key }: { key: string }): number {
  return Number(timeOf(key));
}

export function eventIdOf({ key }: { key: string }): string {
  return key.slice(key.indexOf("#") + 1);
}

/** Sorts after every key. */
export const AFTER_ALL = "~";

/** The least key that sorts after this one. */
export function afterKey(key: string): string {
  return `${key}~`;
}

/** The time at which a key starts: epoch milliseconds, 13 digits. It sorts before all keys of its millisecond. */
export function timeOf(key: string): string {
  return key.slice(0, 13);
}

/** Compares by place; also for `sort`. */
export function byPlace(a: Place, b: Place): number {
  const isSameTime = timeOf(a.key) === timeOf(b.key);
  const [first, second] = isSameTime ? [withinTime(a), withinTime(b)] : [a.key, b.key];
  return first === second ? 0 : first < second ? -1 : 1;
}

export function isBefore(a: Place, b: Place): boolean {
  return byPlace(a, b) < 0;
}

function withinTime({ key, sequence }: Place): string {
  return `${sequence}#${key}`;
}
