/** The result of a webhook: a status, no answer in time, or no connection. */
export type WebhookStatus = number | "timeout" | "unreachable";

/** One thing that happened to an event. */
export type StepDetail =
  /** LINE created the event; `type` is the event's. */
  | { name: "received"; type: string }
  /** The webhook was not answered with a 2xx: LINE may send it again. */
  | { name: "refused"; status: WebhookStatus }
  | { name: "queued"; redelivery: boolean }
  /** An event that the bot does not answer. */
  | { name: "ignored"; type: string }
  /** Waited too long to be answered. */
  | { name: "tooOld" }
  /** `attempts` includes this one; `turns` are the past turns that were read. */
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
  /**
   * A tool that the model called, or OpenAI for it; what it was given and returned is in the exchanges with the model.
   * `ms` is 0 of what ran at OpenAI, which says nothing of its time.
   */
  | { name: "toolRan"; tool: string; outcome: string; ms: number }
  /** A handler of the bot's owner has answered, in place of the model. */
  | { name: "handled"; handler: string; ms: number }
  /**
   * The answer is stored, exactly as it will be sent; `notice` is its kind if the model was not asked, and `confirms`
   * says that it asks whether a tool may run.
   */
  | { name: "answered"; messages: number; notice?: string; confirms?: true }
  /** `brought`: so many answers that waited went out in front of it. */
  | { name: "delivered"; by: "reply" | "push"; resumed: boolean; brought?: number }
  /** The free reply is spent on saying that the answer takes long, with a button that brings it. */
  | { name: "told" }
  /**
   * The answer is stored and waits for its user, who has a button for it if they were `told` that it takes long.
   * `until`: when it is pushed, epoch milliseconds; not set: never.
   */
  | { name: "waits"; told: boolean; until?: number }
  /** What was said in it is written down. */
  | { name: "heard"; model: string; seconds: number }
  /** A picture that was sent with others: one of those is answered for all. */
  | { name: "gathered" }
  /** The answer to another event has brought it; `carrier` is that one's id. */
  | { name: "brought"; by: "reply" | "push"; carrier: string }
  /** `nextAt`: when the queue delivers the message again, epoch milliseconds. */
  | { name: "retried"; code: string; reason: string; attempts: number; nextAt: number }
  /** More is asked than the model's limit allows. `nextAt`: when it is taken up again, epoch milliseconds. */
  | { name: "postponed"; nextAt: number }
  | { name: "parked"; code: string; reason: string; attempts: number }
  /** An operator has put it back on the queue. */
  | { name: "replayed" }
  /** Delivered again after its turn was finished; acknowledged without effect. */
  | { name: "duplicate" }
  /** Another worker holds the turn. */
  | { name: "held" }
  /** Gets no answer: `because` it was unsent, an operator dropped it, or an earlier message got the notice of this kind. */
  | { name: "dropped"; because: string }
  /** The text of this many turns was erased: of the whole chat, or of an unsent message. */
  | { name: "erased"; what: "chat" | "message"; turns: number }
  /** The oldest turns were summarized; `kept` is false if the chat's notes had changed meanwhile. */
  | { name: "folded"; turns: number; kept: boolean; inputTokens: number; outputTokens: number }
  /** Retried after the next message. */
  | { name: "notFolded"; code: string }
  /** Something went wrong that is no step; `what` is the name in the log. */
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
