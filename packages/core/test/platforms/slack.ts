import { createLog } from "@henji/core/log";
import { createSlack } from "@henji/core/platform/slack/api";
import { createContent } from "@henji/core/platform/slack/content";
import { createSlackPlatform } from "@henji/core/platform/slack/slack";
import { createSlackWebhook } from "@henji/core/platform/slack/webhook";
import { type Block, createSlackSimulator, type Envelope, type Fault } from "@henji/slack-simulator";
import type { Accident, StandIn } from "./stand-in.ts";

const [signingSecret, botToken, baseUrl] = ["secret", "xoxb-token", "https://slack.test/api"];

const faults: Record<Accident, Fault> = {
  lost: { kind: "lose-response" },
  dropped: { kind: "drop-request" },
  done_but_failed: { kind: "error", error: "internal_error", takesEffect: true },
  failed: { kind: "status", status: 503 },
  limited: { kind: "status", status: 429, headers: { "retry-after": "2" } },
  unauthorized: { kind: "error", error: "token_revoked" },
};

export function openSlack({
  historyLagMs = () => 0,
}: {
  historyLagMs?: () => number;
} = {}): StandIn & { slack: ReturnType<typeof createSlackSimulator> } {
  let now = 1_800_000_000_000;
  const clock = { now: () => now, timeout: () => new AbortController().signal };
  const slack = createSlackSimulator({
    ...{ signingSecret, botToken, webhookUrl: "https://henji.example/", clock: clock.now, historyLagMs },
  });
  const { id: user } = slack.addUser({ name: "aki" });
  const { id: channel } = slack.addChannel({ name: "general" });
  const fetch: typeof globalThis.fetch = (input, init) => slack.fetch(new Request(input, init));
  const options = { botToken, baseUrl, clock, fetch };
  const platform = createSlackPlatform({
    slack: createSlack(options),
    loadContent: async () => createContent({ ...options, trustedHosts: ["slack.test"] }),
    clock,
    log: createLog({ level: "none", write() {} }),
  });
  let last: { envelope: Envelope; channel: string; ts: string };

  /** Of a mention's two events the first that comes; the other is the same. */
  function told([envelope]: Envelope[], channel: string): Request {
    last = { envelope: envelope!, channel, ts: slack.timeline(channel).at(-1)!.ts };
    return slack.webhook(envelope!);
  }

  const dm = slack.dm(user).id;
  const own = () => slack.timeline(last.channel).filter(({ appId }) => appId === slack.app.id);

  return {
    slack,
    webhook: createSlackWebhook({ signingSecret, clock }),
    ...{ platform, clock },
    passes(ms) {
      now += ms;
    },
    ask(text, where = "alone") {
      if (where === "alone") return told(slack.say({ from: user, text }), dm);
      return told(slack.say({ from: user, channel, text: `@henji ${text}` }), channel);
    },
    sendPicture(bytes) {
      const files = [{ name: "a.png", mimetype: "image/png", bytes }];
      return told(slack.say({ from: user, text: "", files }), dm);
    },
    again: () => slack.webhook(last.envelope, 1),
    takeBack: () => slack.webhook(slack.remove(last.channel, last.ts)[0]!),
    press(label) {
      return slack.webhook(slack.press(user, last.channel, own().at(-1)!.ts, label)[0]!);
    },
    seen: () => own().map(({ blocks = [] }) => blocks.map(shown).filter(Boolean).join("\n")),
    happens: (accident, times = 1) =>
      void slack.faults.add({ on: "chat.postMessage", times, fault: faults[accident] }),
  };
}

function shown({ text }: Block): string {
  const said = typeof text === "string" ? text : ((text as { text?: string } | undefined)?.text ?? "");
  return said.replaceAll("&lt;", "<");
}
