import * as z from "zod/mini";
import { type ErrorDetail, invalidBody, unparsableBody } from "./answer.ts";
import { EMPTY, httpsUrl, oneOf, required, upTo } from "./fields.ts";
import { MAX_EMOJIS, MAX_MESSAGES, MAX_TEXT_UNITS } from "./limits.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";
import { quickReply } from "./quick-reply.ts";

const something = z.looseObject({}, { error: EMPTY });

const common = {
  quickReply: z.optional(quickReply),
  sender: z.optional(
    z.looseObject({
      name: z.optional(
        upTo(20).check(z.refine((name) => !/line/i.test(name), "Contains a word that may not be used")),
      ),
      iconUrl: z.optional(httpsUrl),
    }),
  ),
};

/** In textV2 every brace means something: `{key}` needs its substitution, `{{` is a plain brace. */
function unknownSubstitution(message: { text: string; substitution?: Record<string, unknown> | undefined }) {
  const rest = message.text.replace(/\{\{|\}\}/g, "");
  const keys = [...rest.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!);
  const strayBrace = /[{}]/.test(rest.replace(/\{[^{}]*\}/g, ""));
  return strayBrace || keys.some((key) => !Object.hasOwn(message.substitution ?? {}, key));
}

const substitution = z.record(
  z.string().check(z.regex(/^[0-9A-Za-z_]{1,20}$/)),
  oneOf([
    z.looseObject({
      type: z.literal("mention"),
      mentionee: oneOf([
        z.looseObject({ type: z.literal("user"), userId: required }),
        z.looseObject({ type: z.literal("all") }),
      ]),
    }),
    z.looseObject({ type: z.literal("emoji"), productId: required, emojiId: required }),
  ]),
);

type SubstitutingMessage = { substitution?: Record<string, { type?: unknown }> };

/** A mention in textV2, which a 1:1 chat does not take. */
export function mentions(message: OutgoingMessage): boolean {
  const { substitution = {} } = message as SubstitutingMessage;
  return message.type === "textV2" && Object.values(substitution).some(({ type }) => type === "mention");
}

const emojiCount = `Size must be between 1 and ${MAX_EMOJIS}`;
const emojis = z
  .array(z.looseObject({ index: z.int().check(z.gte(0)), productId: required, emojiId: required }))
  .check(z.minLength(1, emojiCount), z.maxLength(MAX_EMOJIS, emojiCount));

/** LINE puts its emoji in the place of a dollar sign. */
function isWithoutPlace({ text, emojis }: { text: string; emojis?: { index: number }[] | undefined }) {
  return emojis?.some(({ index }) => text[index] !== "$") ?? false;
}

const kinds = [
  z
    .looseObject({
      type: z.literal("text"),
      text: upTo(MAX_TEXT_UNITS),
      emojis: z.optional(emojis),
      quoteToken: z.optional(required),
      ...common,
    })
    .check(
      z.refine((message) => !isWithoutPlace(message), {
        error: "Each index must be that of a dollar sign in the text",
        path: ["emojis"],
      }),
    ),
  z
    .looseObject({
      type: z.literal("textV2"),
      text: upTo(MAX_TEXT_UNITS),
      quoteToken: z.optional(required),
      substitution: z.optional(substitution),
      ...common,
    })
    .check(
      z.refine((message) => !unknownSubstitution(message), {
        error: "Braces must name a substitution or be doubled",
        path: ["text"],
      }),
    ),
  z.looseObject({ type: z.literal("sticker"), packageId: required, stickerId: required, ...common }),
  z.looseObject({
    type: z.literal("image"),
    originalContentUrl: httpsUrl,
    previewImageUrl: httpsUrl,
    ...common,
  }),
  z.looseObject({
    type: z.literal("video"),
    originalContentUrl: httpsUrl,
    previewImageUrl: httpsUrl,
    ...common,
  }),
  z.looseObject({
    type: z.literal("audio"),
    originalContentUrl: httpsUrl,
    duration: z.number({ error: EMPTY }),
    ...common,
  }),
  z.looseObject({
    type: z.literal("location"),
    title: upTo(100),
    address: upTo(100),
    latitude: z.number({ error: EMPTY }),
    longitude: z.number({ error: EMPTY }),
    ...common,
  }),
  z.looseObject({ type: z.literal("imagemap"), baseUrl: httpsUrl, altText: upTo(1_500), ...common }),
  z.looseObject({ type: z.literal("template"), altText: upTo(1_500), template: something, ...common }),
  z.looseObject({ type: z.literal("flex"), altText: upTo(1_500), contents: something, ...common }),
  z.looseObject({ type: z.literal("coupon"), couponId: required, ...common }),
] as const;

const count = `Size must be between 1 and ${MAX_MESSAGES}`;

const messages = z
  .array(oneOf(kinds), { error: EMPTY })
  .check(z.minLength(1, count), z.maxLength(MAX_MESSAGES, count));

export const pushBody = z.looseObject({ to: required, messages });
export const replyBody = z.looseObject({ replyToken: required, messages });
export const validateBody = z.looseObject({ messages });
export const loadingBody = z.looseObject({
  chatId: required,
  loadingSeconds: z.optional(
    z.number({ error: "Must be between 5 and 60" }).check(
      z.gte(5, "Must be between 5 and 60"),
      z.lte(60, "Must be between 5 and 60"),
      z.refine((seconds) => seconds % 5 === 0, "must be a multiple of five"),
    ),
  ),
});
export const markAsReadBody = z.looseObject({ markAsReadToken: required });
export const endpointBody = z.looseObject({ endpoint: z.string() });
export const testBody = z.looseObject({ endpoint: z.optional(z.string()) });

/** Checks a body, or refuses it with every error it has, in LINE's words. */
export function checkBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  if (body === undefined) throw unparsableBody();
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  throw invalidBody(result.error.issues.map(toDetail));
}

function toDetail(issue: { message: string; path: PropertyKey[] }): ErrorDetail {
  const property = issue.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
  return { message: issue.message, property };
}
