import type { Token } from "markdown-it";
import { readableTex, scriptText } from "./tex.ts";

/** What stands in a paragraph, heading or cell, without its marks. */
export function inlineText(tokens: readonly Token[]): string {
  const parts: string[] = [];
  const links: { href: string; start: number }[] = [];
  for (const token of tokens) {
    if (token.type === "link_open") links.push({ href: attribute(token, "href"), start: parts.length });
    else if (token.type === "link_close") {
      const { href, start } = links.pop()!;
      parts.push(linked(parts.splice(start).join(""), href));
    } else parts.push(plain(token));
  }
  return parts.join("");
}

const attribute = (token: Token, name: string) => String(token.attrGet(name) ?? "");

function plain(token: Token): string {
  switch (token.type) {
    case "softbreak":
    case "hardbreak":
      return "\n";
    case "code_inline":
      return code(token);
    case "image":
      return linked(inlineText(token.children ?? []), attribute(token, "src"));
    case "math":
      return readableTex(token.content) || token.content;
    case "script":
      return scriptText(token.tag === "sup" ? "sup" : "sub", token.content);
    default:
      return token.content.replaceAll("\u00A0", " ");
  }
}

/** With its backticks: they tell a reader where it begins and ends, and a model that it was code. */
function code({ content, markup }: Token): string {
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return markup + pad + content + pad + markup;
}

/** A place within the answer is no link in a chat. */
function linked(text: string, href: string): string {
  const label = text.trim();
  if (href === "" || href.startsWith("#")) return text;
  const isSame = [href, href.replace(/^(?:https?:\/\/|mailto:)/, "")].some(
    (url) => url === label || url === `${label}/`,
  );
  const url = href.replace(/^mailto:/, "");
  return label === "" || isSame ? url : `${label} (${url})`;
}
