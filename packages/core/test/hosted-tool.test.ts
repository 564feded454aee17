import { type BotConfig, defineBot } from "@henji/core/bot";
import { defineTool, fileSearch, mcpServer, webSearch, z } from "@henji/core/tool";
import { describe, expect, test } from "vitest";

const where = { timeZone: "Asia/Tokyo" };
const server = { label: "shop", url: "https://mcp.example.com/mcp", allowedTools: ["order_status"] };

describe("in a request", () => {
  test("a web search knows where its users are, and reads little", () => {
    expect(webSearch().inRequest(where)).toEqual({
      type: "web_search",
      search_context_size: "low",
      user_location: { type: "approximate", timezone: "Asia/Tokyo", country: "JP" },
    });
  });

  test("a web search takes its domains, its context and its location from the owner", () => {
    const location = { country: "FR", city: "Lyon" };
    const tool = webSearch({ allowedDomains: ["example.com"], contextSize: "high", location });
    expect(tool.inRequest({ timeZone: "Europe/Paris" })).toEqual({
      type: "web_search",
      search_context_size: "high",
      user_location: { type: "approximate", timezone: "Europe/Paris", country: "FR", city: "Lyon" },
      filters: { allowed_domains: ["example.com"] },
    });
  });

  test.each([
    ["Asia/Tokyo", "JP"],
    ["Japan", "JP"],
    ["Asia/Taipei", "TW"],
    ["Asia/Bangkok", "TH"],
    ["Asia/Seoul", "KR"],
    ["Asia/Jakarta", "ID"],
    ["America/New_York", "US"],
    ["Europe/Berlin", undefined],
    ["Asia/Kolkata", undefined],
    ["UTC", undefined],
  ])("the country of %s is %s: nothing is guessed", (timeZone, country) => {
    const { user_location } = webSearch().inRequest({ timeZone });
    expect(user_location).toEqual({ type: "approximate", timezone: timeZone, ...(country && { country }) });
  });

  test("a file search names its store", () => {
    expect(fileSearch({ store: "vs_68f0ab" }).inRequest(where)).toEqual({
      ...{ type: "file_search", vector_store_ids: ["vs_68f0ab"], max_num_results: 5 },
    });
  });

  test("an MCP server needs no approval for the tools that are allowed, and gets its key when it is asked", () => {
    let key = "first";
    const tool = mcpServer({ ...server, description: "Orders.", authorization: () => key });
    expect(tool.inRequest(where)).toEqual({
      ...{ type: "mcp", server_label: "shop", server_url: server.url, allowed_tools: ["order_status"] },
      ...{ require_approval: "never", server_description: "Orders.", authorization: "first" },
    });
    key = "second";
    expect(tool.inRequest(where)).toMatchObject({ authorization: "second" });
    const withHeaders = mcpServer({ ...server, headers: () => ({ "X-Api-Key": "k" }) });
    expect(withHeaders.inRequest(where)).toMatchObject({ headers: { "X-Api-Key": "k" } });
  });

  test("a key that cannot be read is an error that names the server", () => {
    const authorization = () => {
      throw new Error("not linked");
    };
    expect(() => mcpServer({ ...server, authorization }).inRequest(where)).toThrow(
      "The MCP server shop: its key could not be read",
    );
  });
});

const clear = "takes a function, so that no key stands in bot.config.ts";
test.each<[() => unknown, string]>([
  [() => webSearch({ allowedDomains: ["https://a.com"] }), "takes a domain such as example.com"],
  [() => webSearch({ location: { country: "Japan" } }), 'location.country: takes two letters such as "JP"'],
  [() => webSearch({ contextsize: "low" } as object), "contextsize: unknown; did you mean contextSize?"],
  [() => fileSearch({ store: "my files" }), "store: takes the id of a vector store, such as vs_68f0…"],
  [() => fileSearch({ store: "vs_1", maxResults: 51 }), "maxResults:"],
  [() => fileSearch(undefined as never), "fileSearch: (top):"],
  [() => mcpServer({ ...server, url: "http://a.com" }), "url: takes an https URL"],
  [() => mcpServer({ ...server, label: "a b" }), "label: takes letters, digits, _ and -"],
  [() => mcpServer({ ...server, allowedTools: [] }), "allowedTools: names at least one tool"],
  [
    () => mcpServer({ label: "shop", url: server.url } as typeof server),
    "allowedTools: names the tools that the model may call without asking anybody",
  ],
  [() => mcpServer({ ...server, authorization: "sk-1" as never }), `authorization: ${clear}`],
  [() => mcpServer({ ...server, headers: { "X-Api-Key": "k" } as never }), `headers: ${clear}`],
  [
    () => mcpServer({ ...server, requireApproval: "always" as never }),
    'requireApproval: can only be "never": nobody can approve a call at OpenAI. Leave tools',
  ],
])("%s is refused, with the fix", (define, message) => {
  expect(define).toThrow(message);
  expect(define).toThrow(expect.objectContaining({ code: "config.invalid_tool", retry: "never" }));
});

describe("a bot", () => {
  const botWith = (...tools: NonNullable<BotConfig["tools"]>) =>
    defineBot({ instructions: "Be kind.", tools: [...tools] });

  test("has them beside tools of its own", () => {
    const look = defineTool({
      name: "look",
      description: "Looks.",
      input: z.object({}),
      effect: "reads",
      run() {},
    });
    const tools = [look, webSearch(), fileSearch({ store: "vs_1" }), mcpServer(server)];
    expect(botWith(...tools).tools).toEqual(tools);
    expect(defineBot(botWith(...tools)).tools).toEqual(tools);
  });

  test("has each of them once, and servers by other labels", () => {
    expect(() => botWith(webSearch(), webSearch())).toThrow("tools: two tools have one name: web_search");
    expect(() => botWith(mcpServer(server), mcpServer(server))).toThrow("two tools have one name: shop");
    expect(botWith(mcpServer(server), mcpServer({ ...server, label: "other" })).tools).toHaveLength(2);
  });
});
