import { Hono } from "hono";
import * as z from "zod/mini";
import type { Told } from "./dev-tell.ts";
import { readJson } from "./studio-json.ts";

const types = ["log", "event", "exchange", "explanation", "bot"] as const satisfies Told["type"][];

/** Their fields are trusted: they come from our own worker on this machine, and are only shown. */
const toldRequest = z.array(z.looseObject({ type: z.enum(types) }));

/** The part of the API through which a worker in another process tells what it does. */
export function createToldApi(hear: (told: Told) => void): Hono {
  const api = new Hono();
  api.post("/told", async (c) => {
    const { data } = z.safeParse(toldRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    for (const told of data) hear(told as Told);
    return c.body(null, 204);
  });
  return api;
}
