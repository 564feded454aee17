import { type LinkName, optionalLink } from "@henji/functions/links";
import type { Command } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  localOption,
  withSession,
  wrongOption,
} from "../environment.ts";
import { fixesFor } from "../fixes.ts";
import { linked } from "../stage.ts";

type Options = CommonOptions & { slack?: boolean; url?: string; replace?: boolean; dryRun?: boolean };

const notes = `
It checks the channel access token, lets LINE test the webhook, and sets its URL if the test succeeds. It can be
repeated: what is done already stays as it is. A channel whose webhook is another is left alone without --replace.

Examples:
  npx sst shell --stage production -- npm run henji -- connect --dry-run
  npx sst shell --stage production -- npm run henji -- connect
  npx sst shell --stage production -- npm run henji -- connect --slack
  npm run henji -- connect --local        against the LINE simulator of npm start`;

export function addConnectCommand(program: Command, environment: Environment): void {
  const command = commandFor(
    "connect",
    "Connects the LINE channel with the stage: its token, its webhook, and what is left to do by hand.",
  )
    .option("--slack", "the Slack app instead: prints its manifest, and checks token, scopes and request URL")
    .option("--url <url>", "the webhook's URL (default: that of the stage)")
    .option("--replace", "also if the channel's webhook is another")
    .option("--dry-run", "say what would be done, and test the webhook, but change nothing")
    .addHelpText("after", notes)
    .action((options: Options) => run(environment, options));
  program.addCommand(command);
}

function run(environment: Environment, options: Options): Promise<void> {
  if (options.slack) return runSlack(environment, options);
  const { url: given, replace = false, dryRun = false } = options;
  return withSession(environment, options, async ({ terminal }) => {
    // Imported here: other commands do not call LINE.
    const [{ linkedChannel }, { connect }, { connectedText }] = await Promise.all([
      import("@henji/functions/channel"),
      import("./connect.ts"),
      import("./text.ts"),
    ]);
    const local = localOption(options);
    const fixes = fixesFor({ localOption: local, stage: optionalLink("App") });
    for (const name of ["LineChannelAccessToken", "LineChannelSecret"] satisfies LinkName[]) linked(name);
    const url = given ?? linked("Ingress");
    if (!isWebhookUrl(url))
      throw wrongOption(`--url takes an https URL of at most 500 characters, not ${url}`);
    const connected = await connect(linkedChannel(), { url, isDryRun: dryRun, mayReplace: replace, fixes });
    terminal.document(connected);
    terminal.print(connectedText(connected));
    const { outcome } = connected.webhook;
    return outcome === "refused" || connected.test?.isFine === false ? 1 : 0;
  });
}

function runSlack(environment: Environment, options: Options): Promise<void> {
  return withSession(environment, options, async ({ terminal }) => {
    const [{ linkedSlackApp }, { connectSlack, isConnected, slackText }] = await Promise.all([
      import("@henji/functions/slack-app"),
      import("./slack.ts"),
    ]);
    const connected = await connectSlack(linkedSlackApp(), options.url ?? linked("SlackIngress"), "Henji");
    terminal.document(connected);
    terminal.print(slackText(connected));
    return isConnected(connected) ? 0 : 1;
  });
}

/** LINE takes HTTPS only; its stand-in on this machine also HTTP, for a bot on this machine. */
function isWebhookUrl(text: string): boolean {
  const isPlain = isHere(text) && isHere(process.env.LINE_API_BASE_URL ?? "");
  return text.length <= 500 && (URL.parse(text)?.protocol === "https:" || isPlain);
}

function isHere(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === "http:" && hostname === "127.0.0.1";
}
