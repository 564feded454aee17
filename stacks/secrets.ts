/// <reference path="../.sst/platform/config.d.ts" />

// Set once per stage with `sst secret set <name>`. They reach a function encrypted in its bundle,
// never in its environment, and only the function that is linked to them.

/** Verifies that a webhook came from LINE. Only ingress has it. */
export const lineChannelSecret = new sst.Secret("LineChannelSecret");

/**
 * The secret before that one, accepted as well while it changes. Empty unless it is set, and with an empty secret
 * nothing is accepted.
 */
export const lineChannelSecretPrevious = new sst.Secret("LineChannelSecretPrevious", "");

/** Sends answers. Only the worker has it. */
export const lineChannelAccessToken = new sst.Secret("LineChannelAccessToken");

/** Asks the model. Only the worker has it. */
export const openAiApiKey = new sst.Secret("OpenAiApiKey");

/** The mailbox for alarms. Nobody gets a mail until it is set. */
export const alarmEmail = new sst.Secret("AlarmEmail", "");
