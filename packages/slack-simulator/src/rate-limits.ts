/** So many at once, of which one comes back every `everyMs`. */
export type RateLimit = { burst: number; everyMs: number };
export type RateLimits = Record<string, RateLimit>;

/** Slack's tiers; it allows bursts without saying of what size. A post counts for its channel. */
export const SLACK_RATE_LIMITS: RateLimits = {
  "chat.postMessage": { burst: 5, everyMs: 1_000 },
  "conversations.replies": { burst: 50, everyMs: 1_200 },
  "conversations.history": { burst: 50, everyMs: 1_200 },
  "users.info": { burst: 100, everyMs: 600 },
  "files.info": { burst: 100, everyMs: 600 },
  "assistant.threads.setStatus": { burst: 600, everyMs: 100 },
};

export function createRateLimits({ clock, limits }: { clock: () => number; limits: RateLimits }) {
  const buckets = new Map<string, { left: number; at: number }>();

  /** @returns in how many seconds to come again; nothing, if it is within the limit */
  return (method: string, of = ""): number | undefined => {
    const limit = limits[method];
    if (!limit) return undefined;
    const key = `${method} ${of}`;
    const { left, at } = buckets.get(key) ?? { left: limit.burst, at: clock() };
    const now = Math.min(limit.burst, left + (clock() - at) / limit.everyMs);
    buckets.set(key, { left: now >= 1 ? now - 1 : now, at: clock() });
    return now >= 1 ? undefined : Math.ceil(((1 - now) * limit.everyMs) / 1000);
  };
}
