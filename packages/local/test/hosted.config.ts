import { defineBot } from "@henji/core/bot";
import { defineTool, fileSearch, mcpServer, webSearch, z } from "@henji/core/tool";

const look = defineTool({
  ...{ name: "look", description: "Looks.", input: z.object({}), effect: "reads" },
  run: () => "seven",
});

/** A bot with a tool of its own, and all that OpenAI runs. */
export default defineBot({
  instructions: "Be kind.",
  tools: [
    ...[look, webSearch(), fileSearch({ store: "vs_1" })],
    mcpServer({
      ...{ label: "shop", url: "https://mcp.example.com", allowedTools: ["order_status"] },
      ...{ authorization: () => "the key", headers: () => ({ "X-Key": "another key" }) },
    }),
  ],
});
