/** How often each comes, the most frequent first. */
export function countedBy(names: readonly string[]): [name: string, count: number][] {
  const counts = [...Map.groupBy(names, (name) => name)].map(
    ([name, all]) => [name, all.length] as [string, number],
  );
  return counts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
