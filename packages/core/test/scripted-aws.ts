import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Said = { status: number; body: object };

export type ScriptedAws = {
  /** For a client of AWS's SDK. */
  config: { region: string; credentials: { accessKeyId: string; secretAccessKey: string }; endpoint: string };
  /** All requests, in order. */
  requests: { operation: string; body: Record<string, unknown> }[];
  /** Sets the responses to the next requests; by default a response is empty. */
  respond(...said: Said[]): void;
  close(): void;
};

/** A server for AWS's JSON protocols with scripted responses. */
export async function scriptAws(): Promise<ScriptedAws> {
  const requests: ScriptedAws["requests"] = [];
  const script: Said[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".")[1]!;
      requests.push({ operation, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { status, body } = script.shift() ?? { status: 200, body: {} };
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    config: {
      region: "local",
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    requests,
    respond: (...said) => void script.push(...said),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** An error in the form of the JSON protocols. */
export const refused = (type: string): Said => ({
  status: 400,
  body: { __type: type, message: "my secret" },
});
