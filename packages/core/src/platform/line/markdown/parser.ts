import MarkdownIt from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { blockRules } from "./blocks.ts";
import { strictEmphasis } from "./emphasis.ts";
import { inlineRules } from "./inline.ts";

/** What is nested deeper, the parser drops. */
export const MAX_NESTING = 100;

/**
 * Markdown as models write it. HTML is text; `---` under a line is a rule and no heading; struck text keeps its
 * `~~`, since without them it would say what was taken back; and no line vanishes as the definition of a link.
 */
export const parser = new MarkdownIt({ html: false, maxNesting: MAX_NESTING })
  .disable(["reference", "lheading", "strikethrough", "html_block", "html_inline"])
  .use(cjkFriendly)
  .use(strictEmphasis)
  .use(inlineRules)
  .use(blockRules);
// A reader wants 日本 in a URL, not %E6%97%A5%E6%9C%AC, and LINE takes both.
parser.normalizeLink = (url) => url;
parser.normalizeLinkText = (text) => text;
