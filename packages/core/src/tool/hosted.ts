import { en } from "zod/locales";
import * as z from "zod/mini";
import { mistakesOf } from "../bot/config-mistakes.ts";
import { BotError } from "../error.ts";
import { countryOf } from "./country.ts";
import { type HostedTool, isToolName } from "./tool.ts";

/** A name such as `example.com`, as OpenAI takes it: without `https://`, and with what stands under it. */
const domain = z
  .string()
  .check(
    z.refine((text) => /^([a-z0-9-]+\.)+[a-z0-9-]{2,}$/i.test(text), "takes a domain such as example.com"),
  );

const place = z.string().check(z.minLength(1), z.maxLength(100));

const webSearchOptions = z.strictObject({
  /** The only ones that are searched, at most 100. Default: the whole web. */
  allowedDomains: z.optional(z.array(domain).check(z.minLength(1), z.maxLength(100))),
  /** How much of what is found the model reads: it costs as tokens do. Default: `low`. */
  contextSize: z._default(z.enum(["low", "medium", "high"]), "low"),
  /** Where users are. Default: the country of the bot's `timeZone`, if it is known. */
  location: z.optional(
    z.strictObject({
      country: z.optional(
        z.string().check(z.refine((text) => /^[A-Z]{2}$/.test(text), 'takes two letters such as "JP"')),
      ),
      region: z.optional(place),
      city: z.optional(place),
    }),
  ),
});

export type WebSearchOptions = z.input<typeof webSearchOptions>;

/** The model searches the web, at OpenAI, before it answers; the answer names its sources. */
export function webSearch(options: WebSearchOptions = {}): HostedTool {
  const { allowedDomains, contextSize, location = {} } = parsed("webSearch", webSearchOptions, options);
  return {
    ...{ hosted: "web_search", name: "web_search" },
    inRequest: ({ timeZone }) => ({
      type: "web_search",
      search_context_size: contextSize,
      // OpenAI: without it, users are taken to be in the United States.
      user_location: { type: "approximate", timezone: timeZone, ...countryIn(timeZone), ...location },
      ...(allowedDomains && { filters: { allowed_domains: allowedDomains } }),
    }),
  };
}

function countryIn(timeZone: string): { country?: string } {
  const country = countryOf(timeZone);
  return country === undefined ? {} : { country };
}

const fileSearchOptions = z.strictObject({
  /** The vector store's id, as `npm run henji -- knowledge sync` prints it. */
  store: z
    .string()
    .check(
      z.refine(
        (id) => /^vs_[A-Za-z0-9_-]+$/.test(id),
        "takes the id of a vector store, such as vs_68f0…: npm run henji -- knowledge sync DIR makes one, and prints it",
      ),
    ),
  /** Passages that the model reads of each search, at most 50: each has up to 800 tokens. Default: 5. */
  maxResults: z._default(z.int().check(z.minimum(1), z.maximum(50)), 5),
});

export type FileSearchOptions = z.input<typeof fileSearchOptions>;

/** The model searches your files, in a vector store at OpenAI, before it answers; the answer names those it goes by. */
export function fileSearch(options: FileSearchOptions): HostedTool {
  const { store, maxResults } = parsed("fileSearch", fileSearchOptions, options);
  return {
    ...{ hosted: "file_search", name: "file_search" },
    inRequest: () => ({ type: "file_search", vector_store_ids: [store], max_num_results: maxResults }),
  };
}

const notInTheClear = (example: string) =>
  `takes a function, so that no key stands in bot.config.ts: ${example} (docs/tools.md, A key of your own)`;

const mcpServerOptions = z.strictObject({
  /** By which the model calls its tools: letters, digits, `_` and `-`, at most 64. */
  label: z.string().check(z.refine(isToolName, "takes letters, digits, _ and -, at most 64")),
  url: z
    .string()
    .check(
      z.refine(
        (text) => URL.parse(text)?.protocol === "https:",
        "takes an https URL, which OpenAI can reach",
      ),
    ),
  /** The only tools of it that the model may call. */
  allowedTools: z
    .array(z.string().check(z.minLength(1)), "names the tools that the model may call without asking anybody")
    .check(z.minLength(1, "names at least one tool that the model may call"), z.maxLength(100)),
  /** For the model: what it is, and when to use it. */
  description: z.optional(z.string().check(z.minLength(1))),
  /** The key that it wants, sent to it as a bearer token. It is asked for with each request, and may not change often. */
  authorization: z.optional(
    z.custom<() => string>(
      (value) => typeof value === "function",
      notInTheClear("authorization: () => Resource.ShopKey.value"),
    ),
  ),
  /** The same for a server that wants its key in a header of its own. */
  headers: z.optional(
    z.custom<() => Record<string, string>>(
      (value) => typeof value === "function",
      notInTheClear('headers: () => ({ "X-Api-Key": Resource.ShopKey.value })'),
    ),
  ),
  /** Nobody is there to approve a call, so this is all that it may be. */
  requireApproval: z.optional(
    z.literal("never", {
      error:
        'can only be "never": nobody can approve a call at OpenAI. Leave tools that must be approved out of allowedTools, or write them with defineTool and confirm: true',
    }),
  ),
});

export type McpServerOptions = z.input<typeof mcpServerOptions>;

/** The model calls tools of an MCP server, from OpenAI, before it answers. What writes there is not kept to once. */
export function mcpServer(options: McpServerOptions): HostedTool {
  const { label, url, allowedTools, description, authorization, headers } = parsed(
    "mcpServer",
    mcpServerOptions,
    options,
  );
  return {
    ...{ hosted: "mcp", name: label },
    inRequest: () => ({
      ...{ type: "mcp", server_label: label, server_url: url, allowed_tools: allowedTools },
      require_approval: "never",
      ...(description !== undefined && { server_description: description }),
      ...(authorization && { authorization: keyOf(label, authorization) }),
      ...(headers && { headers: keyOf(label, headers) }),
    }),
  };
}

function keyOf<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new BotError("config.invalid_tool", `The MCP server ${label}: its key could not be read`, {
      ...{ retry: "never", cause },
    });
  }
}

function parsed<Schema extends z.core.$ZodType>(
  name: string,
  schema: Schema,
  options: unknown,
): z.output<Schema> {
  const { data, error } = z.safeParse(schema, options, { error: en().localeError });
  if (!error) return data;
  const mistakes = error.issues.flatMap((issue) => mistakesOf(issue, schema)).join("; ");
  throw new BotError("config.invalid_tool", `${name}: ${mistakes}`, { retry: "never" });
}
