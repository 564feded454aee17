/** Slack: up to 40,000 characters. So that it fits into a turn's item. */
const MOST_UNITS = 12_000;

/** What Slack has in angle brackets: a mention, a channel, a group of people, a link. */
const marks = /<([^<>]*)>/g;

/**
 * A text as its user sees it, without the mention of the bot. A message that is a mention and nothing else keeps it: it
 * calls the bot.
 */
export function plainText(text: string, bot: string): string {
  const spans = mentionsOf(bot);
  const rest = text
    .replace(spans, " ")
    .replace(/^[\s,、，:：]+/u, "")
    .trim();
  const meant = rest === text.trim() || rest === "" ? text.replace(spans, "@bot") : rest;
  const shown = meant.replace(marks, (_, mark: string) => markText(mark));
  return unescaped(shown).slice(0, MOST_UNITS).toWellFormed();
}

export function isMentioned(user: string, text: string): boolean {
  return mentionsOf(user).test(text);
}

/** Somebody other than the bot, or all of them. */
export function mentionsOthers(bot: string, text: string): boolean {
  return Array.from(text.matchAll(marks), ([, mark = ""]) => mark).some(
    (mark) => /^(@|!(here|channel|everyone|subteam))/.test(mark) && mark.split("|")[0] !== `@${bot}`,
  );
}

/** With the name behind a bar or without. One blank in front: any number would take quadratic time to look for. */
function mentionsOf(user: string): RegExp {
  return new RegExp(`\\s?<@${user}(\\|[^<>]*)?>\\s*`, "g");
}

function markText(mark: string): string {
  const [target = "", label = ""] = mark.split(/\|(.*)/s);
  if (target.startsWith("@")) return `@${label || target.slice(1)}`;
  if (target.startsWith("#")) return `#${label || target.slice(1)}`;
  if (target.startsWith("!")) return label || `@${target.slice(1).split("^").at(-1)}`;
  const address = target.replace(/^mailto:/, "");
  return label === "" || label === address || `http://${label}` === address || `https://${label}` === address
    ? address
    : `${label} (${address})`;
}

/** Slack escapes these three. */
function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** For a markdown block, in which `<!channel>` and `<@U…>` would call people; there `&` stands for itself. */
export function neutralized(markdown: string): string {
  return markdown.replaceAll("<", "&lt;");
}

/** For a field in which Slack reads its own marks. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
