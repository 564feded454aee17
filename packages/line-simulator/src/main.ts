#!/usr/bin/env node
import { parseArgs } from "node:util";
import { serveLine } from "./serve.ts";
import { createLineSimulator } from "./simulator.ts";

const HELP = `A LINE platform to develop and test bots against.

  npx line-simulator [options]

  --port <number>    where to listen on 127.0.0.1    (default 4010; 0 takes any free port)
  --secret <text>    channel secret, signs webhooks  (default "secret")
  --token <text>     channel access token            (default "token")
  --webhook <url>    where your bot takes webhooks   (your bot can set it over the API, too)
  --quota <number>   pushes a month                  (default: no limit)
  --help             this text
`;

/** A user with a constant id, so that the examples below work as printed. */
const TARO = `U${"1".padStart(32, "0")}`;

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4010" },
      secret: { type: "string", default: "secret" },
      token: { type: "string", default: "token" },
      webhook: { type: "string" },
      quota: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const line = createLineSimulator({
    channelSecret: values.secret,
    channelAccessToken: values.token,
    webhookUrl: values.webhook,
    monthlyQuota: values.quota === undefined ? undefined : wholeNumber("--quota", values.quota),
  });
  line.addUser({ name: "Taro", userId: TARO });
  const server = await serveLine(line, { port: wholeNumber("--port", values.port) });
  console.log(`LINE simulator on ${server.url} (api.line.me and api-data.line.me in one)
  channel secret        ${values.secret}
  channel access token  ${values.token}
  webhooks go to        ${values.webhook ?? "nowhere yet (--webhook, or PUT /v2/bot/channel/webhook/endpoint)"}
  one user              Taro, ${TARO}

Let Taro say something:
  curl ${server.url}/_simulator/say -d '{"from":"${TARO}","text":"Hello"}'
See the result:
  curl ${server.url}/_simulator/timeline/${TARO}
Ctrl-C stops it; nothing is kept.`);

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close().then(() => console.log("\nStopped."));
    });
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${flag} takes a whole number, not "${text}"`);
  return Number(text);
}

main().catch((error: Error) => {
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 1;
});
