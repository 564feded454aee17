import { type Broken, deploy, redeploy } from "./broken.ts";
import { goOn, type World } from "./world.ts";

/** A stage whose bot is on Slack too. */
const onSlack = (breaks: (world: World) => void) => (world: World) => {
  goOn(world, ["line", "slack"]);
  breaks(world);
};

/** The Slack app and its URL. */
export const brokenSlack: readonly Broken[] = [
  [
    "a token that Slack does not accept",
    onSlack((w) => (w.links.SlackBotToken!.value = "old")),
    "Slack app",
    /^Slack does not accept the token$/,
    /sst secret set SlackBotToken --stage test/,
  ],
  [
    "scopes that are missing",
    onSlack((w) => (w.slackScopes = "chat:write,im:history")),
    "Slack app",
    /^it lacks scopes: app_mentions:read, channels:history, groups:history$/,
    /api\.slack\.com\/apps/,
  ],
  [
    "a signing secret that is not deployed",
    onSlack((w) => (w.slackUrlAnswers = 401)),
    "Slack request URL",
    /: it answered 401$/,
    /sst secret set SlackSigningSecret --stage test && npm run deploy/,
  ],
  [
    "an ingress that fails",
    onSlack((w) => (w.slackUrlAnswers = 502)),
    "Slack request URL",
    /: it answered 502$/,
    deploy,
  ],
  [
    "an ingress that Lambda could not update",
    onSlack((w) => (w.aws.functions["henji-test-SlackIngress"]!.LastUpdateStatus = "Failed")),
    "functions",
    /the last update of SlackIngress failed/,
    redeploy,
  ],
];
