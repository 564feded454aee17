import { Hono } from "hono";
import * as z from "zod/mini";
import type { Feed } from "./studio-feed.ts";
import { readJson } from "./studio-json.ts";
import { MAX_ANSWER, MAX_ANSWERS, MAX_DELAY_S } from "./studio-limits.ts";

const scriptRequest = z.strictObject({
  answers: z
    .array(z.string().check(z.minLength(1), z.maxLength(MAX_ANSWER)))
    .check(z.minLength(1), z.maxLength(MAX_ANSWERS)),
  afterwards: z.enum(["own", "repeat"]),
  delayS: z.optional(z.number().check(z.minimum(0), z.maximum(MAX_DELAY_S))),
});

/** The part of the API through which the page writes what the stand-in model says. */
export function createScriptApi(feed: Feed): Hono {
  const api = new Hono();
  api.put("/script", async (c) => {
    const { data } = z.safeParse(scriptRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    return c.body(null, feed.script.set(data) ? 204 : 409);
  });
  api.delete("/script", (c) => c.body(null, feed.script.set(undefined) ? 204 : 409));
  return api;
}
