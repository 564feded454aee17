import * as z from "zod/mini";
import { type Language, languages } from "../language.ts";
import { isLabel } from "../words.ts";
import { defaultTexts } from "./default.ts";
import type { Texts } from "./texts.ts";

/** One LINE message has room for 5,000 units; what the bot says by itself is short. */
const text = z.string().check(z.minLength(1), z.maxLength(1_000));

const label = z
  .string()
  .check(z.minLength(1), z.refine(isLabel, "too long for a button, which has room for 20 characters"));

/** Whatever is not said here is said as in texts/<language>.ts. */
const texts = z.partial(
  z.strictObject({
    greeting: text,
    greetingGroup: text,
    apology: text,
    refusal: text,
    notUnderstood: text,
    mediaGone: text,
    mediaTooLarge: text,
    mediaUnheard: text,
    mediaLimit: text,
    cut: text,
    goOn: label,
    stillThinking: text,
    stillThinkingGroup: text,
    showAnswer: label,
    gone: text,
    confirm: text,
    confirmYes: label,
    confirmNo: label,
    confirmExpired: text,
    tooMany: text,
    dailyLimit: text,
    forget: text,
    forgotten: text,
    forgetOwn: text,
    forgottenOwn: text,
    kept: text,
    memory: text,
    nothingRemembered: text,
    export: text,
    exportOwn: text,
    nothingStored: text,
    nothingToRetry: text,
    help: text,
    about: z.partial(z.strictObject({ memory: text, forget: text, export: text, retry: text, help: text })),
  }),
);

type GivenTexts = z.infer<typeof texts>;

const ofLanguage = z.prefault(texts, {});

/** `texts` of bot.config.ts. */
export const textsSchema = z.prefault(
  z.strictObject({
    en: ofLanguage,
    ja: ofLanguage,
    "zh-TW": ofLanguage,
    th: ofLanguage,
    ko: ofLanguage,
    id: ofLanguage,
  } satisfies Record<Language, typeof ofLanguage>),
  {},
);

/** Every text in every language: the bot's own, or else the default. */
export function withDefaults(given: Record<Language, GivenTexts>): Record<Language, Texts> {
  const all = languages.map((language): [Language, Texts] => {
    const { about, ...said } = defaultTexts[language];
    const { about: newAbout, ...newlySaid } = given[language];
    return [language, { ...said, ...stated(newlySaid), about: { ...about, ...stated(newAbout ?? {}) } }];
  });
  return Object.fromEntries(all) as Record<Language, Texts>;
}

/** Without the keys that are there and undefined. */
function stated<T extends object>(texts: T) {
  const said = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(said) as { [key in keyof T]?: NonNullable<T[key]> };
}
