import type { Chat } from "../bot/chat.ts";
import type { Language } from "../bot/language.ts";
import type { Log } from "../log.ts";

/** `reads` may run any number of times; `writes` at most once for each call of the model's. */
export type Effect = "reads" | "writes";

/** For whom a tool runs. */
export type ToolAudience = {
  /** The one who asks: the platform's id of them, and their name, if it can be had now. */
  user: { id: string; name: string | undefined };
  chat: Chat;
};

export type ToolRun = ToolAudience & {
  /** The same each time that one call of the model's runs. */
  idempotencyKey: string;
  /** Aborts when the tool's time is over. What ignores it goes on alone, and nobody hears of its result. */
  signal: AbortSignal;
  /** Carries the event and the chat. What it is given is printed: no text of a user belongs there. */
  log: Log;
};

export type Confirming = ToolAudience & { language: Language };

/** A function that the model may call, as `defineTool` makes it. */
export type Tool = {
  name: string;
  description: string;
  /** JSON schema of its input, as strict as OpenAI's strict mode wants it. */
  parameters: Readonly<Record<string, unknown>>;
  effect: Effect;
  timeoutMs: number;
  /** A call of which nobody knows whether it ran may run again, under its idempotency key. */
  isIdempotent: boolean;
  /** Its user is asked before it runs: with this question, or the bot's own. */
  confirm: ((input: unknown, how: Confirming) => string) | boolean;
  /** @param args JSON, as the model wrote it */
  read(args: string): { input: unknown } | { mistake: string };
  run(input: unknown, how: ToolRun): unknown;
};

/** A tool that OpenAI runs, as `webSearch`, `fileSearch` and `mcpServer` make it. */
export type HostedTool = {
  hosted: "web_search" | "file_search" | "mcp";
  /** Of an MCP server its label. */
  name: string;
  /** As a request has it: for one bot always the same, or the prompt cache would not serve what comes after it. */
  inRequest(bot: { timeZone: string }): HostedRequest;
};

/** One of OpenAI's `tools`, which core passes on. */
export type HostedRequest = Readonly<Record<string, unknown>> & { type: HostedTool["hosted"] };

/** What `tools` of `bot.config.ts` has. */
export type Tools = readonly (Tool | HostedTool)[];

/** OpenAI: letters, digits, `_` and `-`, at most 64. */
export function isToolName(name: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name);
}

export function isTool(value: unknown): value is Tool {
  const tool = value as Partial<Tool> | undefined | null;
  return typeof tool?.read === "function" && typeof tool.run === "function" && isToolName(tool.name ?? "");
}

export function isHosted(value: unknown): value is HostedTool {
  const { hosted, inRequest } = (value ?? {}) as Partial<HostedTool>;
  return typeof hosted === "string" && typeof inRequest === "function";
}
