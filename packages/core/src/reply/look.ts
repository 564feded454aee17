import type { Bot } from "../bot/bot.ts";
import type { Attachment } from "../context/attachment.ts";
import { visibleIn } from "../decide/media.ts";
import { toBotError } from "../error.ts";
import { maxMediaLength } from "../settings.ts";
import type { AskResult } from "./ask.ts";
import { type Attached, type AttachRequest, attach, sizeOf } from "./attach.ts";
import type { Room } from "./room.ts";

type Seen = Attached & { kind: "attached" };
type Unseeable = Attached & { kind: "unseen" };

/**
 * Shows the model what a question has beside text. Nothing is fetched before there is memory for the most that it
 * can be, and it is held until the model has answered.
 */
export function createLook({ bot, room }: { bot: Pick<Bot, "media">; room: Room }) {
  return async (
    request: AttachRequest,
    ask: (attached: Seen) => Promise<AskResult>,
  ): Promise<(Seen & { result: AskResult }) | Unseeable> => {
    const { question, again, hasBegun } = request;
    const isShown = again.length > 0 || visibleIn(question, bot).length > 0;
    const held = isShown ? await room(maxMediaLength) : undefined;
    try {
      const attached = await attach(request, bot);
      if (attached.kind === "unseen") return attached;
      const { attachments } = attached;
      held?.keep(sizeOf(attachments));
      const result = await ask(attached).catch(async (error): Promise<AskResult | Unseeable> => {
        const unseen = unseenBy(error, attachments);
        return hasBegun ? ask({ kind: "attached", attachments: [], parts: [] }) : unseen;
      });
      return "kind" in result ? result : { ...attached, result };
    } finally {
      held?.leave();
    }
  };
}

/** The model could not open what it was shown, or it is too much for it: the user may send something else. */
function unseenBy(error: unknown, attachments: readonly Attachment[]): Unseeable {
  const { code } = toBotError(error);
  if (attachments.length > 0 && code === "model.bad_media")
    return { kind: "unseen", because: "not_understood" };
  const isFile = attachments.some(({ kind }) => kind === "file");
  if (isFile && code === "model.context_too_long") return { kind: "unseen", because: "media_too_large" };
  throw error;
}
