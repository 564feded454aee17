/** How long a service asks to be left alone, milliseconds; it gives whole seconds. */
export function retryAfterIn(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
