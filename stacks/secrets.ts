/// <reference path="../.sst/platform/config.d.ts" />

// Set once per stage with `sst secret set <name>`. They reach a function encrypted in its bundle,
// never in its environment, and only the function that is linked to them.

/** Verifies that a webhook came from LINE. Only ingress has it. */
export const lineChannelSecret = new sst.Secret("LineChannelSecret");

/** Sends answers. Only the worker has it. */
export const lineChannelAccessToken = new sst.Secret("LineChannelAccessToken");

/** Asks the model. Only the worker has it. */
export const openAiApiKey = new sst.Secret("OpenAiApiKey");
