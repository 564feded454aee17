import { en } from "zod/locales";
import * as z from "zod/mini";
import { BotError } from "../error.ts";
import { isTimeZone } from "../time-zone.ts";
import { isHosted, isTool, type Tools } from "../tool/tool.ts";
import type { Chat } from "./chat.ts";
import { apart, commands } from "./commands.ts";
import { mistakesOf } from "./config-mistakes.ts";
import type { EventHandlers } from "./handler.ts";
import { type Language, languages } from "./language.ts";
import { media } from "./media.ts";
import { textsSchema, withDefaults } from "./texts/schema.ts";
import type { Texts } from "./texts/texts.ts";
import { isLabel } from "./words.ts";

export type { Chat } from "./chat.ts";
export type { CommandName } from "./commands.ts";

const price = z.number().check(z.nonnegative());

/** The commands that a user is told of. */
export const spokenCommands = ["memory", "forget", "export", "retry", "help"] as const;

const limits = z.strictObject({
  maxUnanswered: z._default(z.int().check(z.minimum(1), z.maximum(50)), 20),
  /** Answers by the model to one user on one day. */
  dailyMessages: z._default(z.int().check(z.positive()), 200),
  /** Input and output tokens of one user on one day, those for the notes included. */
  dailyTokens: z._default(z.int().check(z.positive()), 1_000_000),
  /** The same for all who write in one group. */
  groupDailyMessages: z._default(z.int().check(z.positive()), 1_000),
  groupDailyTokens: z._default(z.int().check(z.positive()), 5_000_000),
  /** Of all users together on one day; no cap, if it is not set. */
  totalDailyTokens: z.optional(z.int().check(z.positive())),
});

const groups = z.strictObject({
  /** Calls the bot at the beginning of a message, as a mention of it does. */
  words: z._default(
    z
      .array(
        z.string().check(
          z.refine((text) => text.trim() !== "", "an empty word"),
          z.refine(isLabel, "at most 20 characters"),
        ),
      )
      .check(z.maxLength(20)),
    [],
  ),
  /**
   * How many of the messages that members wrote to each other since the bot's last answer the model is given with a
   * question. Each is written to the table, for a day.
   */
  overheard: z._default(z.int().check(z.minimum(0), z.maximum(50)), 0),
});

/** Buttons under the model's answers, by which a user goes on: always the same ones, or those that the model suggests. */
const suggestions = z.union([
  z
    .array(
      z.string().check(
        z.refine((text) => text.trim() !== "", "an empty button"),
        z.refine(isLabel, "too long for a button, which has room for 20 characters"),
      ),
    )
    .check(z.maxLength(5)),
  z.strictObject({
    /** At most so many with each answer: some ten tokens each. */
    fromModel: z.int().check(z.minimum(1), z.maximum(5)),
  }),
]);

/** What the model is told with each question. It comes last, where it costs nothing of the prompt cache. */
const context = z.strictObject({
  /** Date, weekday and time in `timeZone`. */
  dateAndTime: z._default(z.boolean(), true),
  /** The name and the language of the user, as they have set them on the platform. */
  profile: z._default(z.boolean(), true),
});

const instructions = z.string().check(z.minLength(1));

/** US dollars for a million tokens. */
const prices = z.strictObject({
  input: price,
  cachedInput: price,
  /** What the model puts into its prompt cache costs this instead of `input`. */
  cacheWrite: price,
  output: price,
  /** US dollars for a minute of voice. */
  transcription: z._default(price, 0.0045),
  /** US dollars for a thousand searches by OpenAI, beside the tokens of what is found. */
  webSearch: z._default(price, 10),
  fileSearch: z._default(price, 2.5),
});

const DEFAULT_MODEL = "gpt-6-luna";

const model = z.strictObject({
  name: z._default(z.string(), DEFAULT_MODEL),
  /** OpenAI: at least 16. */
  maxOutputTokens: z._default(z.int().check(z.minimum(16), z.maximum(16_000)), 1_000),
  /** How long an answer may take; the function's time-out has room for the most. */
  timeoutS: z._default(z.int().check(z.minimum(10), z.maximum(120)), 100),
  /** Sent only if it is set, since models without reasoning refuse it; "none" for the default model, which has it. */
  reasoningEffort: z.optional(z.enum(["none", "low", "medium", "high"])),
  prices: z._default(prices, {
    input: 0.1,
    cachedInput: 0.01,
    cacheWrite: 0.125,
    output: 0.5,
    transcription: 0.0045,
    webSearch: 10,
    fileSearch: 2.5,
  }),
});

const memory = z.strictObject({
  highWaterTokens: z._default(z.int().check(z.positive()), 6_000),
  lowWaterTokens: z._default(z.int().check(z.nonnegative()), 2_000),
  /** Past turns beyond this are left out, whatever happens. */
  maxTokens: z._default(z.int().check(z.positive()), 9_000),
  /** Longest notes on what has left the window. */
  summaryTokens: z._default(z.int().check(z.minimum(50), z.maximum(4_000)), 400),
  /** The model that writes them; the bot's own, if not named. */
  summaryModel: z.optional(z.string()),
  maxTurns: z._default(z.int().check(z.positive(), z.maximum(200)), 60),
  retentionDays: z._default(z.int().check(z.minimum(30), z.maximum(3650)), 180),
});

/** Answers that come too late for a free reply. */
const slow = z.strictObject({
  /** After this time an answer that nobody has fetched is pushed. SQS: a delay of 15 minutes at the most. */
  pushAfterS: z._default(z.int().check(z.minimum(60), z.maximum(900)), 300),
});

const tools = z
  .array(
    z.custom<Tools[number]>(
      (value) => isTool(value) || isHosted(value),
      "not a tool; defineTool of @henji/core/tool makes one, and so do webSearch, fileSearch and mcpServer",
    ),
  )
  .check(
    z.maxLength(32),
    z.superRefine((all, context) => {
      for (const name of new Set(
        all.map(({ name }) => name).filter((name, n, names) => names.indexOf(name) < n),
      ))
        context.addIssue({ code: "custom", message: `two tools have one name: ${name}` });
    }),
  );

const handler = <Name extends keyof EventHandlers>() =>
  z.optional(z.custom<EventHandlers[Name]>((value) => typeof value === "function", "not a function"));

/** Answer what the bot passes over, or only greets, without the model. */
const handlers = {
  onFollow: handler<"onFollow">(),
  onJoin: handler<"onJoin">(),
  onPostback: handler<"onPostback">(),
  onBeacon: handler<"onBeacon">(),
  onMemberJoined: handler<"onMemberJoined">(),
  onMemberLeft: handler<"onMemberLeft">(),
  onAccountLink: handler<"onAccountLink">(),
  onMembership: handler<"onMembership">(),
  onVideoPlayComplete: handler<"onVideoPlayComplete">(),
};

const schema = z
  .strictObject({
    instructions: z.union([
      instructions,
      z.strictObject({ user: instructions, group: instructions, room: instructions }),
      z.custom<(chat: Chat) => string>((value) => typeof value === "function"),
    ]),
    /** Where it answers: the wiring knows the names. */
    platforms: z._default(z.array(z.string()).check(z.minLength(1)), ["line"]),
    /** Whether a user who adds the bot, or a group that it comes into, is greeted. */
    greeting: z._default(z.boolean(), true),
    groups: z.prefault(groups, {}),
    suggestions: z._default(suggestions, []),
    /** What the model may look up, or do, before it answers. */
    tools: z._default(tools, []),
    /** What users send is looked at by OpenAI's moderation, beside the model call; what it flags gets `texts.refusal`. */
    moderation: z._default(z.boolean(), false),
    media: z.prefault(media, {}),
    context: z.prefault(context, {}),
    model: z.prefault(model, {}),
    memory: z.prefault(memory, {}),
    limits: z.prefault(limits, {}),
    /** By whose clocks a day begins, and in which times are shown: an IANA name. */
    timeZone: z._default(
      z.string().check(z.refine(isTimeZone, 'not a time zone; it takes a name such as "Asia/Tokyo"')),
      "Asia/Tokyo",
    ),
    commands: z.prefault(commands.check(apart), {}),
    ...handlers,
    delivery: z._default(z.enum(["auto", "push", "free"]), "auto"),
    slow: z.prefault(slow, {}),
    /** Of what the bot says by itself, where neither the chat nor the user's profile tells the language. */
    language: z._default(z.enum(languages), "en"),
    texts: textsSchema,
  })
  .check(
    z.refine((bot) => bot.memory.lowWaterTokens < bot.memory.highWaterTokens, {
      error: "lowWaterTokens must be below highWaterTokens",
      path: ["memory", "lowWaterTokens"],
    }),
    z.refine((bot) => bot.memory.highWaterTokens <= bot.memory.maxTokens, {
      error: "maxTokens must not be below highWaterTokens",
      path: ["memory", "maxTokens"],
    }),
  );

/** The bot's own configuration, checked and with every default filled in. */
export type Bot = Omit<z.infer<typeof schema>, "texts"> & { texts: Record<Language, Texts> };

/** What `bot.config.ts` may say. See that file for what each setting means. */
export type BotConfig = z.input<typeof schema>;

/** What has been checked: the worker checks what `bot.config.ts` exports, which nearly always is one of these. */
const defined = new WeakSet<object>();

/** Checks the configuration; the error lists every mistake with its path. */
export function defineBot(config: BotConfig): Bot {
  if (defined.has(config)) return config as Bot;
  const result = schema.safeParse(config, { error: en().localeError });
  if (result.success) {
    const { model, texts } = result.data;
    const bot = { ...result.data, model: withEffort(model), texts: withDefaults(texts) };
    defined.add(bot);
    return bot;
  }
  const mistakes = result.error.issues.flatMap((issue) => mistakesOf(issue, schema)).join("; ");
  throw new BotError("config.invalid_bot", `bot.config.ts: ${mistakes}`, { retry: "never" });
}

/** Left to itself the default model thinks, and would use the room of a short answer up before it begins. */
function withEffort(given: z.infer<typeof model>): z.infer<typeof model> {
  const isKnown = given.reasoningEffort !== undefined || given.name !== DEFAULT_MODEL;
  return isKnown ? given : { ...given, reasoningEffort: "none" };
}

/** Thinking counts as output: room for it beside the notes, unless it is known that there is none. */
const THINKING_TOKENS = 4_000;

/** The model that writes the notes of a chat. */
export function summarizerOf({ model, memory }: Pick<Bot, "model" | "memory">): Bot["model"] {
  const { reasoningEffort, ...others } = model;
  const name = memory.summaryModel ?? model.name;
  // The effort is the bot's own model's; another one may have no reasoning, and refuse it.
  const effort = name === model.name ? reasoningEffort : undefined;
  return {
    ...others,
    name,
    ...(effort && { reasoningEffort: effort }),
    // Notes that are too long are better seen whole than cut.
    maxOutputTokens: 2 * memory.summaryTokens + (effort === "none" ? 0 : THINKING_TOKENS),
  };
}

/**
 * What the model is told about itself in this chat. For one chat always the same, so that the model's prompt
 * cache serves it.
 */
export function instructionsFor({ instructions: chosen }: Pick<Bot, "instructions">, chat: Chat): string {
  if (typeof chosen === "string") return chosen;
  if (typeof chosen !== "function") return chosen[chat.type];
  const fail = (reason: string, cause?: unknown) =>
    new BotError("config.invalid_bot", `bot.config.ts: instructions: ${reason}`, { retry: "never", cause });
  let text: unknown;
  try {
    text = chosen(chat);
  } catch (cause) {
    throw fail(`the function threw ${cause instanceof Error ? cause.name : typeof cause}`, cause);
  }
  if (typeof text === "string" && text !== "") return text;
  throw fail("the function must return a text that is not empty");
}
