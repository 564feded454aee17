import type { Context } from "hono";

/** @returns undefined if the body is not JSON */
export async function readJson({ req }: Context): Promise<unknown> {
  // A form of another site cannot send this type without a CORS preflight.
  if (req.header("content-type")?.split(";")[0] !== "application/json") return undefined;
  return req.json().catch(() => undefined);
}
