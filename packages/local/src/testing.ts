import { join } from "node:path";
import type { LineSimulator, TimelineEntry, WebhookEvent } from "@henji/line-simulator";
import { textOf, watchAnswers } from "./answers.ts";
import { type ScriptedModel, scriptModel } from "./scripted-model.ts";
import { type Local, type LocalOptions, startLocal } from "./start.ts";
import type { Trace } from "./trace-step.ts";

export { calls, type ScriptedModel, type Words } from "./scripted-model.ts";
export type { Step, Trace } from "./trace-step.ts";

/** `logLevel` is "none" by default: `traces()` has all that is logged. */
export type TestOptions = Pick<LocalOptions, "botConfig" | "logLevel"> & {
  /** How long to wait for an answer. Default: 120,000. */
  timeoutMs?: number;
};

export type TestUser = {
  id: string;
  name: string;
  /**
   * Writes to the bot, in the 1:1 chat or in the group or room whose id is `in`, and waits until the bot is
   * done with it.
   *
   * @returns the texts of the bot's answer, apology or notice; none, if it says nothing
   */
  say(text: string, options?: { in?: string }): Promise<string[]>;
  /** Sends a sticker, as `say` does a text: LINE tells the bot its keywords, and not how it looks. */
  sticker(keywords: string[], options?: { in?: string }): Promise<string[]>;
  /** Sends a picture, as `say` does a text; its bytes can be fetched from LINE's content. */
  picture(bytes: Uint8Array, options?: { in?: string; contentType?: string }): Promise<string[]>;
  /** Sends a voice message, as `say` does a text: `model.hears` says what is said in it. */
  voice(bytes: Uint8Array, options?: { in?: string; seconds?: number }): Promise<string[]>;
  /** Sends a file, as `say` does a text. */
  file(fileName: string, bytes: Uint8Array, options?: { in?: string }): Promise<string[]>;
  /** Presses the button with this label under the bot's newest message in the 1:1 chat, as `say` sends a text. */
  press(label: string): Promise<string[]>;
  /** The 1:1 chat as the user sees it, oldest first: with quick replies, and `by: "reply" | "push"`. */
  chat(): TimelineEntry[];
};

export type Henji = AsyncDisposable & {
  /** Adds a user, who has not written yet. */
  user(name: string, options?: { language?: string }): TestUser;
  model: ScriptedModel;
  /**
   * Brings events of `line` to the bot in one webhook, and waits until it is done with them:
   * `henji.deliver(henji.line.follow({ from: aki.id }))`.
   *
   * @returns the texts that the bot has sent because of them
   */
  deliver(...events: WebhookEvent[]): Promise<string[]>;
  /** The way of each event through the system, oldest first. */
  traces(): Trace[];
  /** LINE's stand-in, for everything else that happens there: stickers, groups, unsending, faults. */
  line: LineSimulator;
  /** The system itself: its table, queues and worker. */
  local: Local;
  stop(): Promise<void>;
};

/** A chat that is named and not there would be the 1:1 chat, and the test one of something else. */
function chatIn(options: { in?: string } = {}): string | undefined {
  if ("in" in options && options.in === undefined) {
    throw new Error("`in` is undefined: it takes the `chatId` of line.addGroup({ name, members })");
  }
  return options.in;
}

type ButtonAction =
  | { type: "message"; label: string; text: string }
  | { type: "postback"; label: string; data: string; displayText?: string };

/** What LINE tells the bot when the user presses the button. */
function pressing(line: LineSimulator, from: string, label: string): WebhookEvent {
  const newest = line.timeline(from).findLast((entry) => entry.by !== "user");
  const { items = [] } = (newest?.message.quickReply ?? {}) as { items?: { action: ButtonAction }[] };
  const action = items.find((item) => item.action.label === label)?.action;
  if (!action) throw new Error(`The bot's newest message has no button "${label}"`);
  if (action.type === "message") return line.say({ from, text: action.text });
  const { data, displayText } = action;
  return line.postback({ from, data, ...(displayText !== undefined && { displayText }) });
}

const projectBot = join(import.meta.dirname, "../../../bot.config.ts");

let hasStarted = false;

/**
 * Starts the whole bot for a test, with stand-ins for LINE, AWS and the model, and the project's
 * `bot.config.ts`. Nothing is kept, and nothing leaves the machine.
 */
export async function startHenji({ timeoutMs, ...options }: TestOptions = {}): Promise<Henji> {
  if (hasStarted) {
    throw new Error(
      "startHenji was called before in this process, and the handlers know the first one's queue: call it once in each test file, and add a user for each test",
    );
  }
  hasStarted = true;
  const local = await startLocal({ botConfig: projectBot, logLevel: "none", ...options });
  const { line } = local;
  const answers = watchAnswers({
    line,
    timeoutMs,
    async isIdle() {
      const { waiting, inFlight } = await local.operators.eventDepth();
      return waiting + inFlight === 0;
    },
  });
  const deliver = async (...events: WebhookEvent[]) => (await answers.answersTo(...events)).map(textOf);

  async function stop(): Promise<void> {
    answers.stop();
    await local.stop();
  }

  return {
    user(name, { language = "en" } = {}) {
      const { userId: id } = line.addUser({ name, language });
      return {
        id,
        name,
        say: (text, options) => deliver(line.say({ from: id, text, in: chatIn(options) })),
        sticker: (keywords, options) => deliver(line.sticker({ from: id, keywords, in: chatIn(options) })),
        picture(bytes, { contentType = "image/jpeg", ...options } = {}) {
          return deliver(line.media({ from: id, in: chatIn(options), type: "image", bytes, contentType }));
        },
        voice(bytes, { seconds = 5, ...options } = {}) {
          const sound = { type: "audio", contentType: "audio/x-m4a", duration: seconds * 1000 } as const;
          return deliver(line.media({ from: id, in: chatIn(options), bytes, ...sound }));
        },
        file(fileName, bytes, options) {
          const file = { type: "file", contentType: "application/octet-stream", fileName } as const;
          return deliver(line.media({ from: id, in: chatIn(options), bytes, ...file }));
        },
        press: (label) => deliver(pressing(line, id, label)),
        chat: () => line.timeline(id),
      };
    },
    model: scriptModel(local.model!, answers.fail),
    deliver,
    traces: answers.traces,
    line,
    local,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
