/** Crockford's digits, as a ULID writes them. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * When an event happened by its id, epoch milliseconds: LINE's ids are ULIDs, whose first ten digits are a time. It is
 * near the event's own timestamp. Nothing, if the id is none.
 */
export function eventTimeOf(eventId: string): number | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(eventId)) return undefined;
  return [...eventId.slice(0, 10)].reduce((time, digit) => time * DIGITS.length + DIGITS.indexOf(digit), 0);
}
