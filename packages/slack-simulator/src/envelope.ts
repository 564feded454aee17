/** What Slack posts to the bot's URL: an event in its envelope, or a pressed button. */
export type Envelope = { type: "event_callback" | "block_actions"; [field: string]: unknown };
