import * as z from "zod/mini";
import { type ErrorDetail, invalidBody } from "./answer.ts";
import { MAX_MESSAGES, MAX_QUICK_REPLIES, MAX_TEXT_UNITS } from "./limits.ts";

/** A message as the bot sent it, unknown fields included. */
export type OutgoingMessage = { type: string; text?: string; quoteToken?: string; [field: string]: unknown };

const EMPTY = "May not be empty";
const required = z.string({ error: EMPTY }).check(z.minLength(1, EMPTY));
/** LINE counts UTF-16 code units; zod's own maxLength counts code points and lets twice as many emoji pass. */
const upTo = (max: number) =>
  required.check(z.refine((text) => text.length <= max, `Length must be between 0 and ${max}`));
const httpsUrl = upTo(2_000).check(z.regex(/^https:\/\//, "Must be a valid HTTPS URL"));
const something = z.looseObject({}, { error: EMPTY });

const quickReplies = `Size must be between 1 and ${MAX_QUICK_REPLIES}`;
const common = {
  quickReply: z.optional(
    z.looseObject({
      items: z
        .array(
          z.looseObject({
            action: z.looseObject({ type: required, label: z.optional(upTo(20)) }, { error: EMPTY }),
          }),
          { error: EMPTY },
        )
        .check(z.minLength(1, quickReplies), z.maxLength(MAX_QUICK_REPLIES, quickReplies)),
    }),
  ),
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

const kinds = [
  z.looseObject({
    type: z.literal("text"),
    text: upTo(MAX_TEXT_UNITS),
    quoteToken: z.optional(required),
    ...common,
  }),
  z
    .looseObject({
      type: z.literal("textV2"),
      text: upTo(MAX_TEXT_UNITS),
      quoteToken: z.optional(required),
      substitution: z.optional(z.record(z.string(), z.unknown())),
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

const types = kinds.map((kind) => ("shape" in kind ? kind.shape.type.def.values[0] : ""));
const count = `Size must be between 1 and ${MAX_MESSAGES}`;

const messages = z
  .array(
    z.discriminatedUnion("type", kinds, {
      error: (issue) => {
        const type = (issue.input as { type?: unknown } | null)?.type;
        return type ? `Must be one of the following values: [${types.join(", ")}]` : EMPTY;
      },
    }),
    { error: EMPTY },
  )
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
