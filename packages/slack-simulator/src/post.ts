import * as z from "zod/mini";
import type { Block, Message, Metadata } from "./message.ts";
import type { Workspace } from "./workspace.ts";

const block = z.looseObject({ type: z.string() });

const postBody = z.looseObject({
  channel: z.string(),
  text: z.optional(z.string()),
  blocks: z.optional(z.array(block)),
  thread_ts: z.optional(z.string()),
  metadata: z.optional(
    z.looseObject({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }),
  ),
});

/** What Slack says no to. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const MAX_TEXT = 4_000;
const MAX_MARKDOWN = 12_000;
const MAX_RENDERED = 13_200;
const MAX_SECTION = 3_000;
const MAX_BLOCKS = 50;

type Checked = { channel: string; warnings: string[]; act: () => Message };

/** Checks first, and changes the workspace last: what is refused has no effect. */
export function checkPost(workspace: Workspace, body: unknown): Checked {
  const { data } = postBody.safeParse(body);
  if (!data) throw new Refused("invalid_arguments");
  const { channel, text = "", blocks, thread_ts: threadTs } = data;
  if (!workspace.channels.has(channel)) throw new Refused("channel_not_found");
  if (text === "" && !blocks?.length) throw new Refused("no_text");
  checkBlocks(blocks ?? []);
  const { metadata, warnings } = checkMetadata(data.metadata);
  const { app } = workspace;
  const written = { user: app.userId, appId: app.id, ...(threadTs !== undefined && { threadTs }) };
  return {
    channel,
    warnings,
    act() {
      // A text alone that is too long becomes several messages, and the answer names one.
      const texts = blocks ? [text] : partsOf(text);
      const posted = texts.map((part) => {
        const message: Message = { ...{ ts: workspace.newTs(), text: part, ...written } };
        if (blocks) message.blocks = blocks as Block[];
        if (metadata) message.metadata = metadata;
        workspace.add(channel, message);
        return message;
      });
      return posted[0]!;
    },
  };
}

function checkBlocks(blocks: readonly z.infer<typeof block>[]): void {
  if (blocks.length > MAX_BLOCKS) throw new Refused("invalid_blocks");
  let rendered = 0;
  for (const { type, text } of blocks) {
    if (type === "markdown") {
      if (typeof text !== "string" || text === "") throw new Refused("invalid_blocks");
      if (text.length > MAX_MARKDOWN) throw new Refused("msg_blocks_too_long");
      rendered += text.length + 100 * (text.match(/^ {0,3}#{1,6}\s/gm)?.length ?? 0);
    }
    if (type === "section") {
      const said = z.looseObject({ text: z.string() }).safeParse(text).data?.text ?? "";
      if (said === "" || said.length > MAX_SECTION) throw new Refused("invalid_blocks");
      rendered += said.length;
    }
  }
  if (rendered > MAX_RENDERED) throw new Refused("msg_blocks_too_long");
}

/** Metadata that Slack does not take costs the metadata, not the message. */
function checkMetadata(metadata: Metadata | undefined): { metadata?: Metadata; warnings: string[] } {
  if (!metadata) return { warnings: [] };
  if (!/^[\w-]+$/.test(metadata.event_type)) return { warnings: ["invalid_metadata_schema"] };
  return { metadata, warnings: [] };
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += MAX_TEXT) parts.push(text.slice(start, start + MAX_TEXT));
  return parts;
}
