import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { MAX_ANSWER, MAX_ANSWERS, MAX_MEDIA_BYTES } from "./studio-limits.ts";

const KB = 1024;

const usual = bodyLimit({ maxSize: 64 * KB });

/** What may be larger, by the beginning of its path. */
const larger: readonly [path: string, limit: MiddlewareHandler][] = [
  // Bytes are sent as base64.
  ["/api/send", bodyLimit({ maxSize: 64 * KB + 2 * MAX_MEDIA_BYTES })],
  // All answers at their longest, with every character escaped.
  ["/api/script", bodyLimit({ maxSize: KB + 6 * MAX_ANSWERS * MAX_ANSWER })],
  // The ids of all messages that a page lists.
  ["/api/dead", bodyLimit({ maxSize: 256 * KB })],
  // A hundred of the largest exchanges that the worker of `npm run dev` tells of.
  ["/api/told", bodyLimit({ maxSize: 64 * KB * KB })],
];

/** No request is read beyond what it could say. */
export const boundedBody: MiddlewareHandler = (c, next) => {
  const [, limit = usual] = larger.find(([path]) => c.req.path.startsWith(path)) ?? [];
  return limit(c, next);
};
