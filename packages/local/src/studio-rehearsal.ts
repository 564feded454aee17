import { Hono } from "hono";
import * as z from "zod/mini";
import type { Feed } from "./studio-feed.ts";
import { readJson } from "./studio-json.ts";
import { lineFaults, modelFaults } from "./studio-view.ts";

const brokenRequest = z.strictObject({
  model: z.optional(z.enum(modelFaults)),
  line: z.optional(z.enum(lineFaults)),
});

/** The part of the API through which the page breaks things on purpose, and mends them. */
export function createRehearsalApi(feed: Feed): Hono {
  const api = new Hono();
  // The whole state at once: `{}` mends everything.
  api.put("/broken", async (c) => {
    const { data } = z.safeParse(brokenRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    return c.body(null, feed.setBroken(data) ? 204 : 409);
  });
  return api;
}
