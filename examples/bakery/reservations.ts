/** Stands for the bakery's own system: a reservation has the id of the event that has made it. */
export const reservations = new Map<string, { bread: string; userId: string }>();

export function reserve(data: string, userId: string, eventId: string): string {
  const bread = new URLSearchParams(data).get("keep");
  if (bread === null) return "";
  // It may be called again for the same tap, and is one reservation all the same.
  reservations.set(eventId, { bread, userId });
  return `We keep a ${bread} for you until 18:00.`;
}
