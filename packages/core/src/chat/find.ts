import { chatHash } from "../log.ts";
import type { Table } from "../table.ts";
import { turnEntity } from "../turn/entity.ts";
import { listed } from "../turn/register.ts";

/**
 * Finds a chat by what logs and lists call it. A hash leads nowhere, so the index is read until a chat has it: those
 * with something parked, and then day by day those that had a turn over. One query a day, of keys alone.
 *
 * @param days the newest first
 * @param onDay called before each
 * @returns the platform's id
 */
export function createChatFinder(table: Table) {
  const entity = turnEntity(table);

  async function isOn(list: string, hash: string): Promise<string | undefined> {
    const keys = await listed(entity, list);
    return keys.find(({ chatId }) => chatHash(chatId) === hash)?.chatId;
  }

  return async (
    hash: string,
    days: Iterable<string>,
    onDay: (day: string) => void,
  ): Promise<string | undefined> => {
    let found = await isOn("parked", hash);
    for (const day of days) {
      if (found !== undefined) return found;
      onDay(day);
      found = await isOn(`day#${day}`, hash);
    }
    return found;
  };
}
