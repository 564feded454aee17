export type User = { id: string; name: string };
export type Channel = { id: string; name: string; kind: "channel" | "dm"; members: string[] };

/** As anybody in the channel sees it. */
export type Message = {
  ts: string;
  /** Of the message at the head of its thread, if it is in one. */
  threadTs?: string;
  /** Who wrote it; the bot's own user for what the bot posted. */
  user: string;
  /** As Slack keeps it, with its marks. */
  text: string;
  blocks?: Block[];
  metadata?: Metadata;
  /** Of the app that posted it; users have none. */
  appId?: string;
  files?: SlackFile[];
};

export type Block = { type: string; [field: string]: unknown };
export type Metadata = { event_type: string; event_payload: Record<string, unknown> };
export type SlackFile = { id: string; name: string; mimetype: string; size: number };
