import { parseArgs } from "node:util";
import { serveModel } from "./serve.ts";
import { createModelSimulator } from "./simulator.ts";

const help = `A stand-in for OpenAI's Responses API, on loopback.

  npx node packages/model-simulator/src/main.ts [options]

  --port <n>        port to listen on (default: 8790; 0 for any free port)
  --latency-ms <n>  latency of every answer (default: 0)
  --help            this text
`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8790" },
    "latency-ms": { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  const latencyMs = wholeNumber("--latency-ms", values["latency-ms"]);
  const server = await serveModel(createModelSimulator({ latencyMs }), {
    port: wholeNumber("--port", values.port),
  });
  process.stdout.write(`export OPENAI_BASE_URL=${server.url} OPENAI_API_KEY=simulated\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
}

function wholeNumber(name: string, value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  process.stderr.write(`${name} takes a whole number, not "${value}".\n`);
  process.exit(2);
}
