import type { Bot } from "../bot/bot.ts";
import type { Context } from "../context/context.ts";
import type { HostedRequest, Tool } from "../tool/tool.ts";
import type { ModelUsage } from "../usage/usage.ts";
import type { RateLimits } from "./rate-limit.ts";

export type ModelAnswer = {
  /** Empty if the model refused. */
  text: string;
  /** The text is not whole: the output limit was reached. */
  cut: boolean;
  /** A content filter or the model itself declined. */
  refused: boolean;
  usage: ModelUsage;
  /** OpenAI's `x-request-id`, to trace it with. */
  requestId?: string | undefined;
  /** Set if it wants tools to run before it answers. */
  calls?: ModelCalls | undefined;
  /** Only if OpenAI may run tools itself. */
  hosted?: Hosted | undefined;
  /** What is left of the account's limits. */
  limits?: RateLimits | undefined;
};

/** What OpenAI has run itself for an answer. */
export type Hosted = {
  ran: readonly HostedCall[];
  /** What the answer goes by, in the order in which it comes to them. */
  sources: readonly Source[];
};

/** `tool`: of an MCP server with its label in front. */
export type HostedCall = { tool: string; outcome: "ok" | "failed" | "unreachable" };

/** A page of the web; or a file, by its name. */
export type Source = { title: string; url?: string };

export type ToolCall = {
  /** The model's. */
  id: string;
  name: string;
  /** JSON, as the model wrote it. */
  arguments: string;
};

export type ModelCalls = {
  /** All that the model has put out with them, for its own next request: nobody else reads it. */
  output: readonly unknown[];
  calls: readonly ToolCall[];
};

/** A round of calls that is over. */
export type ModelRound = {
  output: readonly unknown[];
  results: readonly { id: string; text: string }[];
};

export type AskTools = {
  /** In every request of a bot the same: they stand in front of what the prompt cache holds. */
  tools: readonly Pick<Tool, "name" | "description" | "parameters">[];
  /** What it has called so far, after the context. */
  rounds: readonly ModelRound[];
  /** If not, it must answer with what it knows. */
  mayCall: boolean;
};

export type AskOptions = {
  /** The same for all requests of a chat: routes them to the same prompt cache. Not the chat's id. */
  cacheKey: string;
  /** Tells OpenAI users apart without naming them; 64 hex digits. */
  safetyIdentifier: string;
  /** The model call's deadline. */
  signal: AbortSignal;
  /** Not set for a bot without tools. */
  tools?: AskTools | undefined;
  /** What OpenAI may run itself. In every request of a bot the same, after its tools. */
  hosted?: readonly HostedRequest[] | undefined;
  /** Comes before each request of a call that may wait, or ask twice: throws if nothing may be asked any more. */
  beforeRequest(): Promise<void>;
};

/**
 * What the model declines to answer comes as an answer that is `refused`; or as the error `model.refused`, if it
 * declined to read it: then the conversation may be the reason rather than its last message.
 */
export type Model = { ask(context: Context, options: AskOptions): Promise<ModelAnswer> };

export type ModelOptions = {
  apiKey: string;
  /** OpenAI's, if not set; anything that serves `/responses` will do. */
  baseURL?: string | undefined;
  settings: Omit<Bot["model"], "prices">;
  fetch?: typeof globalThis.fetch;
};
