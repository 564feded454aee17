import type { Attachment } from "@henji/core/context/attachment";
import type { Context } from "@henji/core/context/context";
import { BotError, type Retry } from "@henji/core/error";
import type { AskOptions, AskTools, Hosted, Model, ModelAnswer } from "@henji/core/model/model";
import { RateLimited, type RateLimits } from "@henji/core/model/rate-limit";
import type { ModelUsage } from "@henji/core/usage/usage";
import { aborted, directNetwork, type Network } from "./network.ts";
import type { Limiting } from "./rate-limit.ts";

/** How the model treats one question. */
export type Behaviour = "answer" | "long" | "cut" | "refusal" | "hang" | ModelFailure;

export type ModelFailure =
  | "empty"
  | "rate_limited"
  | "rate_limited_for_minutes"
  | "unavailable"
  | "quota_exhausted"
  | "unauthorized"
  | "unknown_model"
  | "rejected"
  | "invalid_prompt"
  | "context_too_long";

export type MemoryModelOptions = {
  network?: Network;
  behave?: (question: string, context: Context) => Behaviour;
  /** The text of an answer. Default: the question, repeated. */
  answer?: (question: string, context: Context, tools: AskTools | undefined) => string;
  /** What it calls before it answers; nothing: it answers. Default: nothing. */
  calls?: (
    question: string,
    tools: AskTools,
    context: Context,
  ) => readonly { name: string; input: unknown }[];
  /** What it says with its calls. Default: nothing. */
  saysWithCalls?: (question: string, tools: AskTools) => string;
  /** What OpenAI runs itself in each request, for a bot with such tools. Default: nothing. */
  hosted?: (question: string) => { hosted: Hosted } & Pick<ModelUsage, "searches">;
  /** What the account's limit says to a request when it arrives. Default: there is none. */
  limit?: () => Limiting | undefined;
  /** Every call, before it can fail. */
  onAsk?: (question: string, context: Context, options: AskOptions) => void;
  onFailure?: (question: string, code: string, retryAfterMs?: number) => void;
};

type Failure = {
  code: string;
  said: string;
  retry: Retry;
  retryAfterMs?: number | undefined;
  limits?: RateLimits | undefined;
};

/** The errors that core/src/model/error.ts makes of OpenAI's. */
const failures: Record<ModelFailure, Failure> = {
  empty: { code: "model.no_answer", said: "The model gave no answer: empty", retry: "later" },
  rate_limited: {
    code: "model.rate_limited",
    said: "OpenAI answered 429 rate_limit_exceeded",
    retry: "later",
  },
  rate_limited_for_minutes: {
    code: "model.rate_limited",
    said: "OpenAI answered 429 slow_down",
    retry: "later",
    retryAfterMs: 600_000,
  },
  unavailable: { code: "model.unavailable", said: "OpenAI answered 503", retry: "later" },
  quota_exhausted: {
    code: "model.quota_exhausted",
    said: "OpenAI answered 429 insufficient_quota: add credit or raise the limit",
    retry: "never",
  },
  unauthorized: {
    code: "model.unauthorized",
    said: "OpenAI answered 401: check the OpenAiApiKey secret",
    retry: "never",
  },
  unknown_model: {
    code: "model.unknown_model",
    said: "OpenAI answered 404 model_not_found: check model.name in bot.config.ts",
    retry: "never",
  },
  rejected: { code: "model.rejected", said: "OpenAI answered 400 invalid_value", retry: "never" },
  invalid_prompt: { code: "model.refused", said: "OpenAI answered 400 invalid_prompt", retry: "never" },
  context_too_long: {
    code: "model.context_too_long",
    said: "OpenAI answered 400 context_length_exceeded",
    retry: "never",
  },
};

const timeout = { code: "model.timeout", said: "The model did not answer in time", retry: "later" } as const;
const unreachable = {
  code: "model.unreachable",
  said: "OpenAI could not be reached",
  retry: "later",
} as const;

/** A model that answers at once, or fails as `behave` says. */
export function createMemoryModel(options: MemoryModelOptions = {}): Model {
  const { network = directNetwork, behave = () => "answer", onAsk, onFailure } = options;
  const { answer = (question) => `You said: ${question}` } = options;

  function act(
    question: string,
    context: Context,
    behaviour: Behaviour,
    { tools, hosted: { length: isHosted } = [] }: Pick<AskOptions, "tools" | "hosted">,
  ): ModelAnswer {
    const usage: ModelUsage = { inputTokens: context.input.length * 20, cachedTokens: 0, outputTokens: 20 };
    const ran = isHosted ? options.hosted?.(question) : undefined;
    const hosted = ran && { hosted: ran.hosted };
    if (ran?.searches) usage.searches = ran.searches;
    const calls = tools?.mayCall && behaviour === "answer" ? callsOf(question, tools, context) : undefined;
    const said = (tools && options.saysWithCalls?.(question, tools)) ?? "";
    if (calls) return { text: said, cut: false, refused: false, usage, calls, ...hosted };
    const text = answer(question, context, tools);
    switch (behaviour) {
      case "answer":
        return { text, cut: false, refused: false, usage, ...hosted };
      case "long":
        return { text: `${text}\n${"A long story. ".repeat(800)}`, cut: false, refused: false, usage };
      case "cut":
        return { text, cut: true, refused: false, usage };
      case "hang":
        return fail(question, timeout);
      case "refusal":
        return { text: "", cut: false, refused: true, usage };
      default:
        return fail(question, failures[behaviour]);
    }
  }

  function callsOf(question: string, tools: AskTools, context: Context): ModelAnswer["calls"] {
    const wanted = options.calls?.(question, tools, context) ?? [];
    if (wanted.length === 0) return undefined;
    const calls = wanted.map(({ name, input }, n) => {
      const id = `call ${tools.rounds.length}.${n}`;
      return { id, name, arguments: typeof input === "string" ? input : JSON.stringify(input) };
    });
    return { output: calls.map((call) => ({ type: "function_call", ...call })), calls };
  }

  function fail(question: string, failure: Failure): never {
    const { code, said, retry, retryAfterMs, limits } = failure;
    onFailure?.(question, code, retryAfterMs);
    const options = { retry, retryAfterMs, cause: new Error("UPSTREAM") };
    if (code === "model.rate_limited") throw new RateLimited(said, { ...options, limits });
    throw new BotError(code, said, options);
  }

  return {
    async ask(context, asking) {
      const question = questionIn(context);
      onAsk?.(question, context, asking);
      const behaviour = behave(question, context);
      if (behaviour === "hang") await aborted(asking.signal);
      return network.carry<ModelAnswer>({
        operation: "model.ask",
        effect() {
          const { isRefused, retryAfterMs, limits } = options.limit?.() ?? {};
          if (isRefused) return fail(question, { ...failures.rate_limited, retryAfterMs, limits });
          return { ...act(question, context, behaviour, asking), limits };
        },
        failed: (failure) => {
          if (failure === "silence" || failure === "unconnected") return fail(question, timeout);
          return fail(question, failure === "status" ? failures.unavailable : unreachable);
        },
        patience: asking.signal,
      });
    },
  };
}

/** A question as a model understands it, which reads the marks of events in pictures. */
function questionIn({ input }: Context): string {
  const { content = "", attachments = [] } = input.at(-1) ?? {};
  const marks = attachments.flatMap(marksIn);
  const isPicture = /\[(Picture|\d+ pictures)\b[^\n]*$/.test(content);
  return (isPicture ? [content, ...marks] : [...marks, content]).join("\n");
}

/** The events that are named in what was attached. */
export function marksIn(attachment: Attachment): string[] {
  const url = attachment.kind === "picture" ? attachment.url : attachment.data;
  const [, base64 = ""] = url.split("base64,");
  return (
    Buffer.from(base64, "base64")
      .toString("latin1")
      .match(/\[E\d+\]/g) ?? []
  );
}
