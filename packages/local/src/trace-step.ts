/** What came back for a webhook: a status, nothing in time, or no connection at all. */
export type WebhookStatus = number | "timeout" | "unreachable";

/** What happened to a message at one point of its trace. */
export type StepDetail =
  /** LINE made the event; `type` is the event's. */
  | { name: "received"; type: string }
  /** The webhook was not answered with a 2xx: LINE may send it again. */
  | { name: "refused"; status: WebhookStatus }
  | { name: "queued"; redelivery: boolean }
  /** Nothing a bot answers. */
  | { name: "ignored"; type: string }
  /** Waited too long to be worth an answer. */
  | { name: "tooOld" }
  /** `attempts` counts this one; `turns` are the past turns that were read with it. */
  | { name: "claimed"; attempts: number; turns: number }
  | {
      name: "asked";
      model: string;
      inputTokens: number;
      cachedTokens: number;
      outputTokens: number;
      cut: boolean;
      refused: boolean;
    }
  /** The answer is stored, exactly as it will be sent; `notice` says what it is if the model was not asked. */
  | { name: "answered"; messages: number; notice?: string }
  | { name: "delivered"; by: "reply" | "push"; resumed: boolean }
  /** `nextAt`: when the queue hands the message out again, epoch milliseconds. */
  | { name: "retried"; code: string; reason: string; attempts: number; nextAt: number }
  | { name: "parked"; code: string; reason: string; attempts: number }
  /** Came again after its turn was over; acknowledged without effect. */
  | { name: "duplicate" }
  /** Another worker still holds the turn. */
  | { name: "held" }
  /** Gets no answer: it was unsent, or an earlier message got the notice `after`. */
  | { name: "dropped"; because: string }
  /** Text of these turns was taken away: of the whole chat, or of an unsent message. */
  | { name: "erased"; what: "chat" | "message"; turns: number }
  /** The oldest turns became notes; `kept` is false if the chat's notes have changed meanwhile. */
  | { name: "folded"; turns: number; kept: boolean; inputTokens: number; outputTokens: number }
  /** The next message tries again. */
  | { name: "notFolded"; code: string }
  /** Something beside the trace went wrong; `what` is the name in the log. */
  | { name: "warned"; what: string; code: string };

/** `at` is in epoch milliseconds; `sinceMs` counts from the step before, 0 for the first. */
export type Step = StepDetail & { at: number; sinceMs: number };

/** The trace of one event from LINE to its answer, oldest step first. Holds no message text. */
export type Trace = {
  eventId: string;
  /** Hash of the chat's id, as in the log. Missing until the handlers have logged it. */
  chat: string | undefined;
  steps: Step[];
};
