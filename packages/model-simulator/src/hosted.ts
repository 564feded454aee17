import type { Knowledge } from "./knowledge.ts";
import type { Conversation, HostedTool } from "./request.ts";
import type { FunctionCall } from "./response.ts";

type Annotation =
  | { type: "url_citation"; title: string; url: string; start_index: number; end_index: number }
  | { type: "file_citation"; file_id: string; filename: string; index: number };

/** What a call has put out, what the model reads of it, and what it says of its source. */
export type Ran = {
  item: Record<string, unknown> & { type: string };
  /** Read by the model: these tokens are in the input that is charged for. */
  result: string;
  /** What the stand-in says, if nobody has written what it says. */
  words: string;
  /** Adds the source to a text. */
  cite(text: string): { text: string; annotations: Annotation[] };
};

export type RunOptions = { id: string; knowledge: Knowledge; include: readonly string[] };

/** Runs what the request has for this name; nothing, if it has none such. */
export function runHosted(
  { name, input }: FunctionCall,
  { hosted }: Pick<Conversation, "hosted">,
  options: RunOptions,
): Ran | undefined {
  const tool = hosted.get(name);
  const given = (input ?? {}) as Record<string, unknown>;
  switch (tool?.type) {
    case "web_search":
      return searchWeb(given, options);
    case "file_search":
      return searchFiles(tool, given, options);
    case "mcp":
      return callServer(tool, given, options);
    default:
      return undefined;
  }
}

const queryIn = ({ query }: Record<string, unknown>) => (typeof query === "string" ? query : "");

/** It finds what the script says: `{"query": "…", "sources": [{"title": "…", "url": "…"}]}`. */
function searchWeb(given: Record<string, unknown>, { id, include }: RunOptions): Ran {
  const query = queryIn(given);
  const [source] = (given.sources as { title: string; url: string }[] | undefined) ?? [
    { title: `The stand-in's page on ${query}`, url: "https://example.com/" },
  ];
  const sources =
    include.includes("web_search_call.action.sources") && source
      ? [{ type: "url", url: source.url }]
      : undefined;
  return {
    item: {
      ...{ id: `ws_${id}`, type: "web_search_call", status: "completed" },
      action: { type: "search", query, queries: [query], ...(sources && { sources }) },
    },
    result: source ? `${source.title}\n${source.url}` : "",
    words: source ? `The web has: ${source.title}.` : "The web has nothing.",
    cite(text) {
      if (!source) return { text, annotations: [] };
      // As OpenAI puts it: a link in brackets, after what it stands for.
      const link = ` ([${new URL(source.url).hostname}](${source.url}))`;
      const place = { start_index: text.length + 1, end_index: text.length + link.length };
      return { text: `${text}${link}`, annotations: [{ type: "url_citation", ...source, ...place }] };
    },
  };
}

function searchFiles(
  { stores, most }: Extract<HostedTool, { type: "file_search" }>,
  given: Record<string, unknown>,
  { id, knowledge, include }: RunOptions,
): Ran {
  const query = queryIn(given);
  const found = knowledge.search(stores, query, most);
  const [best] = found;
  return {
    item: {
      ...{ id: `fs_${id}`, type: "file_search_call", status: "completed", queries: [query] },
      results: include.includes("file_search_call.results") ? found : null,
    },
    result: found.map(({ text }) => text).join("\n"),
    words: best?.text.trim() ?? "The files have nothing on that.",
    cite: (text) => ({
      text,
      annotations: best
        ? [{ type: "file_citation", file_id: best.file_id, filename: best.filename, index: text.length }]
        : [],
    }),
  };
}

/** There is no server: what it returns is said by the script, `{"…": …, "returns": "…"}`, or a sentence. */
function callServer(
  { label, tool }: Extract<HostedTool, { type: "mcp" }>,
  { returns, ...given }: Record<string, unknown>,
  { id }: RunOptions,
): Ran {
  const output =
    typeof returns === "string" ? returns : `The stand-in calls no server: this is what ${tool} returns.`;
  return {
    item: {
      ...{ id: `mcp_${id}`, type: "mcp_call", status: "completed", server_label: label, name: tool },
      ...{ arguments: JSON.stringify(given), output, error: null, approval_request_id: null },
    },
    result: output,
    words: output,
    cite: (text) => ({ text, annotations: [] }),
  };
}

/** What OpenAI puts out first of each server whose tools the model may call. */
export function listedTools({ hosted }: Pick<Conversation, "hosted">, id: string) {
  const servers = Map.groupBy(
    [...hosted.values()].filter((tool) => tool.type === "mcp"),
    ({ label }) => label,
  );
  return [...servers].map(([label, tools], n) => ({
    ...{ id: `mcpl_${id}_${n}`, type: "mcp_list_tools", server_label: label, error: null },
    tools: tools.map(({ tool }) => ({ name: tool, description: null, input_schema: { type: "object" } })),
  }));
}
