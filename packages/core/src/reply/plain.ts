/**
 * A text that is no Markdown, to stand in Markdown as it is. Round brackets stay: alone they mean nothing, and with a
 * backslash they are a formula.
 */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]#+\-.!|<>~$&]/g, "\\$&");
}
