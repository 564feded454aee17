import type OpenAI from "openai";
import { BotError } from "../error.ts";
import type { Searches } from "../usage/searches.ts";
import type { AskOptions, Hosted, HostedCall, ModelRound, Source } from "./model.ts";

/** Calls for one question; at least one in each request. OpenAI charges for a search. */
const MAX_CALLS = 5;

type Item = OpenAI.Responses.ResponseOutputItem;

/** What OpenAI has run for a response, and what of it is charged for beside the tokens. */
export function hostedIn({ output, tool_usage: used }: OpenAI.Responses.Response): {
  hosted: Hosted;
  used: { searches?: Searches };
} {
  const asking = output.find((item) => item.type === "mcp_approval_request");
  if (asking) throw approvalAsked(asking);
  // OpenAI: searches that it charges for, which opening a page is not.
  const web = used?.web_search.num_requests ?? output.filter(isWebSearch).length;
  const files = output.filter(({ type }) => type === "file_search_call").length;
  const hosted = { ran: output.flatMap(callOf), sources: sourcesIn(output) };
  return { hosted, used: web + files > 0 ? { searches: { web, files } } : {} };
}

/** How many more calls OpenAI may run for a question; at least one, since none is no number that it takes. */
export function callsLeft(rounds: readonly ModelRound[]): number {
  const made = rounds.flatMap(({ output }) => output as Item[]).flatMap(callOf).length;
  return Math.max(1, MAX_CALLS - made);
}

/** The request without its MCP servers, of which OpenAI does not say which one it could not reach. */
export function withoutServers(options: AskOptions): AskOptions {
  return { ...options, hosted: options.hosted?.filter(({ type }) => type !== "mcp") };
}

export function withUnreachable({ ran, sources }: Hosted = { ran: [], sources: [] }): Hosted {
  return { ran: [{ tool: "mcp", outcome: "unreachable" }, ...ran], sources };
}

function callOf(item: Item): HostedCall[] {
  switch (item.type) {
    case "web_search_call":
    case "file_search_call":
      return [{ tool: item.type.replace("_call", ""), outcome: item.status === "failed" ? "failed" : "ok" }];
    case "mcp_call":
      return [{ tool: `${item.server_label}/${item.name}`, outcome: item.error ? "failed" : "ok" }];
    // The model answers without the tools of a server that does not list them.
    case "mcp_list_tools":
      return item.error ? [{ tool: item.server_label, outcome: "unreachable" }] : [];
    default:
      return [];
  }
}

function isWebSearch(item: Item): boolean {
  return item.type === "web_search_call" && (item.action?.type ?? "search") === "search";
}

/** Each once, in the order in which the answer comes to them. */
function sourcesIn(output: readonly Item[]): Source[] {
  const parts = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const annotations = parts.flatMap((part) => (part.type === "output_text" ? part.annotations : []));
  const sources = annotations.flatMap((annotation): Source[] => {
    if (annotation.type === "url_citation") return [{ title: annotation.title, url: annotation.url }];
    return annotation.type === "file_citation" ? [{ title: annotation.filename }] : [];
  });
  return [...new Map(sources.map((source) => [source.url ?? source.title, source])).values()];
}

function approvalAsked({
  server_label: label,
  name,
}: OpenAI.Responses.ResponseOutputItem.McpApprovalRequest) {
  const fix = "leave that tool out of allowedTools, or write it with defineTool and confirm: true";
  return new BotError(
    "model.approval_asked",
    `The MCP server ${label} wants a call of ${name} approved: ${fix}`,
    {
      retry: "never",
    },
  );
}
