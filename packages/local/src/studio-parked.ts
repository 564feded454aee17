import { countedBy } from "@henji/core/dead-letter/counted-by";
import type { DeadLetter, DescribedLetter } from "@henji/core/dead-letter/dead-letter";
import { idOf } from "@henji/core/dead-letter/dead-letter";
import { describeEach } from "@henji/core/dead-letter/describe";
import { chatHash } from "@henji/core/log";
import { type Content, textOf } from "@henji/core/platform/content";
import type { Message } from "@henji/core/platform/platform";
import type { TurnItem } from "@henji/core/turn/entity";
import { atOf } from "@henji/core/turn/place";
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { Parked } from "./parked.ts";
import type {
  Depths,
  ParkedHistory,
  ParkedList,
  ParkedMessage,
  ParkedVerb,
  ReplayPlan,
} from "./parked-view.ts";
import { readJson } from "./studio-json.ts";
import { MAX_SHOWN_PARKED } from "./studio-limits.ts";
import { toText } from "./trace-contents.ts";

const changeRequest = z.strictObject({
  ids: z.union([z.literal("all"), z.array(z.string()).check(z.minLength(1), z.maxLength(MAX_SHOWN_PARKED))]),
  /** Also what its user may see twice. */
  force: z.optional(z.boolean()),
  /** Only says what a replay would do. */
  dryRun: z.optional(z.boolean()),
});

/** The part of the API for messages that were given up on, and for the queues. Text is sent on request only. */
export function createParkedApi(parked: Parked): Hono {
  const api = new Hono();
  api.get("/dead", async (c) => {
    const limit = Math.min(Number(c.req.query("limit") ?? 100) || 0, MAX_SHOWN_PARKED);
    const { letters, unseen } = await parked.listing();
    const all = [...letters.values()];
    const also = letters.get(c.req.query("also") ?? "");
    const first = all.slice(0, limit);
    const chosen = also && !first.includes(also) ? [...first, also] : first;
    const shown = (await parked.describe(chosen, "facts")).map(messageOf);
    return c.json({
      count: all.length,
      codes: countedBy(all.map(({ code }) => code)),
      unseen,
      shown,
    } satisfies ParkedList);
  });

  // Not a GET: to look hides the letters for a moment.
  api.post("/dead/look", async (c) => {
    await parked.look();
    return c.body(null, 204);
  });

  api.post("/dead/replay", (c) => change(c, "replay"));
  api.post("/dead/drop", (c) => change(c, "drop"));
  api.post("/dead/stop", (c) => {
    parked.stop();
    return c.body(null, 204);
  });

  api.get("/dead/:id", async (c) => {
    const letter = (await parked.listing()).letters.get(c.req.param("id"));
    return letter ? c.json(await historyOf(letter)) : c.body(null, 404);
  });

  api.get("/queues", async (c) => c.json((await parked.depths()) satisfies Depths));

  async function change(c: Context, verb: ParkedVerb): Promise<Response> {
    const { data } = z.safeParse(changeRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    const ids = data.ids === "all" ? undefined : data.ids;
    if (data.dryRun) return verb === "replay" ? c.json(await planOf(ids)) : c.body(null, 400);
    const result = await parked.change(verb, ids, data.force === true);
    return result ? c.json(result) : c.body(null, 409);
  }

  async function planOf(ids: readonly string[] | undefined): Promise<ReplayPlan> {
    const { letters } = await parked.listing();
    const selected = ids ? ids.flatMap((id) => letters.get(id) ?? []) : [...letters.values()];
    const effects = new Map<string, ReplayPlan["effects"][number]>();
    await describeEach(parked.describe, selected, ({ onReplay: effect }) => {
      const name = JSON.stringify(effect);
      effects.set(name, { effect, count: (effects.get(name)?.count ?? 0) + 1 });
    });
    return {
      count: selected.length,
      effects: [...effects.values()].sort((a, b) => b.count - a.count),
    };
  }

  async function historyOf(letter: DeadLetter): Promise<ParkedHistory> {
    const described = (await parked.describe([letter], "all"))[0]!;
    const { turn, job = turn?.job } = described;
    return {
      ...messageOf(described),
      steps: turn?.steps ?? [],
      question: turn?.question && textOf(JSON.parse(turn.question) as Content),
      answer: turn && answerOf(turn),
      job: job === undefined ? undefined : toText(jsonOr(job)),
    };
  }

  return api;
}

function messageOf(letter: DescribedLetter): ParkedMessage {
  const { chatId, event, code, reason, attempts, receivedAt, parkedAt, turn, onReplay } = letter;
  const sentAt = event && atOf(event);
  return {
    ...{ id: idOf(letter), chat: chatHash(chatId), code, reason, attempts, sentAt, receivedAt, parkedAt },
    ...{ status: turn?.status, onReplay },
  };
}

function answerOf({ messages, route, idempotencyKey }: TurnItem): ParkedHistory["answer"] {
  if (messages === undefined || idempotencyKey === undefined) return undefined;
  if (route === undefined || route === "wait") return undefined;
  const texts = (JSON.parse(messages) as Message[]).map(({ text }) => text);
  return { messages: texts, route, retryKey: idempotencyKey };
}

/** What cannot be parsed is shown as it is. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
