import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { createModelSimulator } from "../src/index.ts";

type Input = OpenAI.Responses.EasyInputMessage[];

async function answer(input: string | Input, more: Partial<OpenAI.Responses.ResponseCreateParams> = {}) {
  const model = createModelSimulator();
  const client = new OpenAI({ apiKey: "any", fetch: model.fetch, maxRetries: 0 });
  const response = await client.responses.create({ model: "gpt-6-luna", input, ...more, stream: false });
  return response.output_text;
}

const user = (content: string) => ({ role: "user" as const, content });
const bot = (content: string) => ({ role: "assistant" as const, content });

describe("the stand-in's answer", () => {
  test("says that it is a stand-in and repeats what was said", async () => {
    expect(await answer("hello there")).toBe(
      "This is Henji's stand-in model (no OpenAI key): you said “hello there”. I remember nothing before that.",
    );
  });

  test("counts the earlier messages and quotes the most recent one", async () => {
    const text = await answer([
      user("I like tea"),
      bot("Good."),
      user("and coffee"),
      bot("Good."),
      user("bye"),
    ]);
    expect(text).toContain("you said “bye”");
    expect(text).toContain("2 earlier messages, most recently “and coffee”");
  });

  test("is Japanese when the latest message is, whatever came before", async () => {
    const text = await answer([user("hello"), bot("Hi."), user("元気？")]);
    expect(text).toMatch(/代役モデル.*「元気？」.*1件.*「hello」/);
    expect(await answer([user("元気？"), bot("はい"), user("ok")])).toContain("stand-in");
  });

  test.each(["What did I say before?", "what have I told you", "do you remember me?", "what's my name"])(
    "lists the earlier messages when asked %j",
    async (question) => {
      const text = await answer([
        user("I am Aki"),
        bot("Hi."),
        user("I like tea"),
        bot("Good."),
        user(question),
      ]);
      expect(text).toContain("You said before: “I am Aki”, “I like tea”.");
    },
  );

  test.each([
    "さっき何て言った？",
    "なんて言ったっけ",
    "何を言いましたか",
    "私の名前を覚えてる？",
    "覚えていますか",
  ])("lists the earlier messages when asked %j", async (question) => {
    const text = await answer([
      user("私はアキです"),
      bot("はい"),
      user("お茶が好き"),
      bot("はい"),
      user(question),
    ]);
    expect(text).toContain("「私はアキです」「お茶が好き」");
  });

  test("says so when there is nothing to list", async () => {
    expect(await answer("what did I say?")).toContain("I remember nothing from before");
    expect(await answer("覚えてる？")).toContain("何も覚えていません");
  });

  test("lists the newest few and counts the rest", async () => {
    const earlier = Array.from({ length: 8 }, (_, i) => user(`message ${i}`));
    const text = await answer([...earlier, user("what did I say?")]);
    expect(text).toContain(
      "“message 3”, “message 4”, “message 5”, “message 6”, “message 7”, and 3 more before those",
    );
  });

  test.each(["Summarize the conversation below for later.", "これまでの会話を短く要約してください。"])(
    "sums up what users said when that is the task: %j",
    async (instructions) => {
      const text = await answer([user("I am Aki"), bot("Hi."), user("I like tea")], { instructions });
      expect(text).toBe("The user said: “I am Aki”, “I like tea”.");
    },
  );

  test("is no summary because a bot's instructions mention one", async () => {
    const instructions = "You are kind. When asked, summarize long texts. 長い文は要約してください。";
    expect(await answer("hello", { instructions })).toContain("stand-in");
  });

  test("reads parts, and names what has no text", async () => {
    const text = await answer([
      { role: "user", content: [{ type: "input_text", text: "one" }] },
      { role: "assistant", content: [{ type: "output_text", text: "fine" }] as never },
      {
        role: "user",
        content: [{ type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" }],
      },
    ]);
    expect(text).toContain("you said an attachment");
    expect(text).toContain("most recently “one”");
  });

  test("shortens a quote between graphemes and keeps it on one line", async () => {
    const family = "👨‍👩‍👧‍👦";
    const text = await answer(`${family.repeat(60)}`);
    expect(text).toContain(`“${family.repeat(40)}…”`);
    expect(await answer("a\n\n  b\u202Ec\u0007d")).toContain("“a b c d”");
  });

  test("survives quotes, lone surrogates, special tokens and unbroken runs", async () => {
    for (const text of [
      '"\\”」',
      "\uD83D",
      "<|endoftext|>",
      "あ".repeat(5_000),
      "e\u0301".repeat(3_000),
      "\0",
    ]) {
      const said = await answer(text);
      expect(said.isWellFormed()).toBe(true);
      expect(said.length).toBeLessThan(400);
    }
  });
});
