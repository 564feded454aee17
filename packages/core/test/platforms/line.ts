import { createLog } from "@henji/core/log";
import { createLine } from "@henji/core/platform/line/api";
import { withLineBreaker } from "@henji/core/platform/line/breaker";
import { createContent } from "@henji/core/platform/line/content";
import { createLinePlatform } from "@henji/core/platform/line/line";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { createLineSimulator, type Fault, RATE_LIMITED } from "@henji/line-simulator";
import type { Accident, StandIn } from "./stand-in.ts";

type Action = { type: string; label: string; text: string; data: string; displayText: string };

const [channelSecret, channelAccessToken] = ["secret", "token"];

const faults: Record<Accident, Fault> = {
  lost: { kind: "lose-response" },
  dropped: { kind: "drop-request" },
  done_but_failed: { kind: "status", status: 500, takesEffect: true },
  failed: { kind: "status", status: 500 },
  limited: RATE_LIMITED,
  unauthorized: { kind: "status", status: 401, body: { message: "Authentication failed" } },
};

export function openLine(): StandIn {
  let now = 1_800_000_000_000;
  const clock = { now: () => now, timeout: () => new AbortController().signal };
  const line = createLineSimulator({
    ...{ channelSecret, channelAccessToken, webhookUrl: "https://henji.example/" },
    clock: clock.now,
  });
  const { userId } = line.addUser({ name: "Aki" });
  const { chatId: group } = line.addGroup({ name: "Friends", members: [userId] });
  const fetch: typeof globalThis.fetch = (input, init) => line.fetch(new Request(input, init));
  const api = createLine({ channelAccessToken, clock, fetch });
  const log = createLog({ level: "none", write() {} });
  const platform = createLinePlatform({
    line: withLineBreaker(api, { clock, log }),
    loadContent: async () => createContent({ channelAccessToken, clock, fetch }),
    clock,
  });
  type Events = Parameters<typeof line.webhook>[0];
  let last: { events: Events; chat: string; messageId: string };

  function told(event: Events[number], chat: string, messageId = ""): Request {
    last = { events: [event], chat, messageId };
    return line.webhook([event]);
  }

  return {
    webhook: createLineWebhook({ channelSecret }),
    ...{ platform, clock },
    passes(ms) {
      now += ms;
    },
    ask(text, where = "alone") {
      if (where === "alone") {
        const event = line.say({ from: userId, text });
        return told(event, userId, event.message.id);
      }
      const mention = {
        mentionees: [{ index: 0, length: 6, type: "user" as const, userId: line.bot.userId, isSelf: true }],
      };
      const event = line.say({ from: userId, in: group, text: `@Henji ${text}`, mention });
      return told(event, group, event.message.id);
    },
    sendPicture(bytes) {
      const event = line.media({ from: userId, type: "image", bytes, contentType: "image/png" });
      return told(event, userId, event.message.id);
    },
    again: () => line.webhook(last.events, { redelivery: true }),
    takeBack: () => line.webhook([line.unsend({ messageId: last.messageId })]),
    press(label) {
      const entry = line.timeline(last.chat).findLast(({ by }) => by !== "user");
      const { quickReply } = (entry?.message ?? {}) as { quickReply?: { items: { action: Action }[] } };
      const action = quickReply?.items.find((item) => item.action.label === label)?.action;
      if (!action) throw new Error(`No button "${label}"`);
      const { type, text, data, displayText } = action;
      if (type === "message") return told(line.say({ from: userId, text }), last.chat);
      return told(line.postback({ from: userId, data, displayText }), last.chat);
    },
    seen: () =>
      line.timeline(last.chat).flatMap(({ by, message }) => (by === "user" ? [] : String(message.text))),
    happens(accident, times = 1) {
      for (const on of ["reply", "push"] as const) line.faults.add({ on, times, fault: faults[accident] });
    },
  };
}
