import { createHmac } from "node:crypto";
import type { WebhookStatus } from "./changes.ts";
import type { Envelope } from "./envelope.ts";
import { arrives, type Faults } from "./faults.ts";
import type { Workspace } from "./workspace.ts";

export type Fetch = (request: Request) => Promise<Response>;
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export type DeliverOptions = {
  /** How to reach the bot; the simulator's own `fetch` when left out. */
  fetch?: Fetch | undefined;
  /** Slack's retries: at once, after a minute, after five. Default: true. */
  retries?: boolean | undefined;
};

export type WebhookOptions = {
  workspace: Workspace;
  faults: Faults;
  signingSecret: string;
  url: string | undefined;
  fetch: Fetch;
  wait: Wait;
};

/** Slack waits 3 s for the answer. */
const TIMEOUT_MS = 3_000;
const RETRIES_MS = [0, 60_000, 300_000];

/** Slack: `v0=` and the hex of HMAC-SHA256(signing secret, `v0:<timestamp>:<raw body>`). */
export function sign(signingSecret: string, timestamp: number | string, body: string): string {
  const signed = `v0:${timestamp}:${body}`;
  return `v0=${createHmac("sha256", signingSecret).update(signed).digest("hex")}`;
}

export function createWebhooks({ workspace, faults, signingSecret, url, fetch: own, wait }: WebhookOptions) {
  let target = url;

  /** The signed POST of one event; each retry has a time of its own. */
  function webhook(
    envelope: Envelope | Record<string, unknown>,
    retry = 0,
    reason = "http_timeout",
  ): Request {
    if (target === undefined) throw new Error("No URL for events: pass webhookUrl to createSlackSimulator");
    const isForm = envelope.type === "block_actions";
    const json = JSON.stringify(envelope);
    const body = isForm ? new URLSearchParams({ payload: json }).toString() : json;
    const timestamp = Math.floor(workspace.clock() / 1000);
    return new Request(target, {
      method: "POST",
      body,
      headers: {
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": String(timestamp),
        "x-slack-signature": sign(signingSecret, timestamp, body),
        ...(retry > 0 && { "x-slack-retry-num": String(retry), "x-slack-retry-reason": reason }),
      },
    });
  }

  async function statusOf(request: Request, fetch: Fetch): Promise<WebhookStatus> {
    const fault = faults.next("webhook");
    const over = new AbortController();
    const post = async () => {
      if (fault?.kind === "hang" && !arrives(fault))
        return wait(TIMEOUT_MS * 2, over.signal).then(() => "timeout" as const);
      if (!arrives(fault)) return fault?.kind === "status" ? fault.status : ("unreachable" as const);
      const response = await fetch(request);
      await response.body?.cancel();
      if (fault?.kind === "lose-response") return "unreachable" as const;
      return fault?.kind === "status" ? fault.status : response.status;
    };
    try {
      return await Promise.race([post(), wait(TIMEOUT_MS, over.signal).then(() => "timeout" as const)]);
    } catch {
      return "unreachable";
    } finally {
      over.abort();
    }
  }

  /** One event, and again after a failure. A pressed button is sent once. */
  async function deliverOne(envelope: Envelope, { fetch = own, retries = true }: DeliverOptions) {
    const waits = retries && envelope.type === "event_callback" ? RETRIES_MS : [];
    for (let retry = 0; ; retry += 1) {
      const status = await statusOf(webhook(envelope, retry), fetch);
      workspace.changes.emit({ type: "webhook", status, eventId: String(envelope.event_id ?? ""), retry });
      const ok = typeof status === "number" && status >= 200 && status < 300;
      const next = waits[retry];
      if (ok || next === undefined) return { ok, status, attempts: retry + 1 };
      if (next > 0) await wait(next);
    }
  }

  return {
    webhook,
    setUrl(next: string) {
      target = next;
    },

    /** Each event has a request of its own. @returns how it went with the last */
    async deliver(envelopes: readonly Envelope[], options: DeliverOptions = {}) {
      const all = await Promise.all(envelopes.map((envelope) => deliverOne(envelope, options)));
      return {
        ok: all.every(({ ok }) => ok),
        status: all.at(-1)?.status,
        attempts: all.at(-1)?.attempts ?? 0,
      };
    },
  };
}
