import { type Language, languages } from "../bot/language.ts";

/** What TypeScript 7 does not know yet of `Intl.Locale`. */
type WithTimeZones = Intl.Locale & { getTimeZones(): string[] | undefined };

const known = new Map<string, string | undefined>();

/**
 * The country of a time zone, by two letters: of those whose languages the bot speaks, the one that has it. Nothing is
 * guessed for any other.
 */
export function countryOf(timeZone: string): string | undefined {
  if (!known.has(timeZone)) known.set(timeZone, found(timeZone));
  return known.get(timeZone);
}

function found(timeZone: string): string | undefined {
  // Of a zone with two names, the one that countries are listed with.
  const { timeZone: name } = new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions();
  return languages.map(countryFor).find((country) => zonesOf(country).includes(name));
}

/** Where most of those live who speak it: `ja` is JP. */
function countryFor(language: Language): string {
  return new Intl.Locale(language).maximize().region ?? "";
}

function zonesOf(country: string): readonly string[] {
  return (new Intl.Locale("und", { region: country }) as WithTimeZones).getTimeZones() ?? [];
}
