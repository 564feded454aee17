/** Known to everybody, since they open nothing but the stand-ins. */
export const standInSecrets = {
  channelSecret: "local-channel-secret",
  channelAccessToken: "local-channel-access-token",
  slackSigningSecret: "local-slack-signing-secret",
  slackBotToken: "xoxb-local-slack-bot-token",
  /** The stand-in model takes any. */
  apiKey: "stand-in",
} as const;
