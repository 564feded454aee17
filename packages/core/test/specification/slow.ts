import type { Model } from "@henji/core/model/model";
import type { Line } from "@henji/core/platform/line/api";
import { wordsOn } from "@henji/core/platform/line/compose";
import { createMemoryModel } from "@henji/simulation";
import ownBot from "../../../../bot.config.ts";
import type { World } from "./world.ts";

export const { en } = ownBot.texts;
export const thinking = `U1 reply: ${en.stillThinking} [${en.showAnswer}]`;
export const slowly = "U1 reply: You said: Think hard";

/** A world as it is now, with a model that takes its time for "Think hard", and none for any other question. */
export function slowIn(theWorld: () => World, latencyMs: () => number) {
  const slow: Model = {
    async ask(context, options) {
      const world = theWorld();
      if (context.input.at(-1)?.content.endsWith("Think hard")) await world.scheduler.sleep(latencyMs());
      return createMemoryModel({ onAsk: (question) => void world.asked.push(question) }).ask(
        context,
        options,
      );
    },
  };
  const worker = (line?: Line) => theWorld().worker({ model: slow, ...(line && { line }) });

  return {
    worker,

    pass: (ms: number) => theWorld().scheduler.run(theWorld().scheduler.now() + ms, () => false),

    /** A slow question is answered, and its answer waits. @returns LINE's id of the message */
    async thinkHard(line?: Line): Promise<string> {
      const id = theWorld().say("U1", "Think hard");
      await theWorld().run(worker(line), latencyMs() + 5_000);
      return id;
    },

    /** The user presses the button under the bot's message that has one. */
    async tap(line?: Line): Promise<void> {
      const world = theWorld();
      const buttons = world.line.sent.flatMap(({ messages }) => messages.at(-1)?.quickReply?.items ?? []);
      const action = buttons.map((item) => item.action).find((one) => wordsOn(one) === en.showAnswer);
      if (action?.type !== "postback") throw new Error("There is no button");
      const replyToken = `tap ${world.scheduler.now()}`;
      world.line.giveToken(replyToken, "U1", 60_000);
      world.put("U1", { type: "postback", replyToken, postback: { data: action.data } });
      if (!line) await world.settle();
    },

    /** The user presses a button under the newest message. */
    async press(index: number): Promise<void> {
      const action = theWorld().line.sent.at(-1)?.messages.at(-1)?.quickReply?.items[index]?.action;
      if (action?.type !== "postback") throw new Error("There is no such button");
      await theWorld().happen("U1", { type: "postback", postback: { data: action.data } });
    },

    /** The texts of the newest call. */
    newestTexts: () =>
      theWorld()
        .line.sent.at(-1)
        ?.messages.map(({ text }) => text),
  };
}
