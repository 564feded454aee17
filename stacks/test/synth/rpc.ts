import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Untyped } from "./template.ts";

/** Methods of SST's command line that its components call. */
export type Methods = Record<string, (input: Untyped) => unknown>;

/**
 * A stand-in for the JSON-RPC server of SST's command line; its URL is in `SST_SERVER` afterwards. It does not
 * keep the process alive: a synthesis ends when nothing is left to do.
 */
export async function startRpc(methods: Methods) {
  const server = createServer(async (request, response) => {
    const { method, params } = JSON.parse(await text(request));
    response.setHeader("connection", "close");
    try {
      const run = methods[method];
      if (!run) throw new Error(`the synthesis has no stand-in for ${method}`);
      response.end(JSON.stringify({ result: await run(params[0]) }));
    } catch (error) {
      response.end(JSON.stringify({ error: (error as Error).message }));
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function text(chunks: AsyncIterable<Buffer>) {
  let body = "";
  for await (const chunk of chunks) body += chunk;
  return body;
}
