import type { Context } from "hono";
import type { ApiCall } from "./call.ts";

/** `body` is the parsed JSON; undefined where there is none. */
export type ApiEnv = { Variables: { call: ApiCall; body: unknown } };
export type Call = Context<ApiEnv>;
export type Handler = (c: Call) => Response | Promise<Response>;
