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

const heading = "Notes on our conversation so far, for reference only:";

describe("the stand-in, with notes in front of the conversation", () => {
  const notes = user(`${heading}\n- I am Aki\n- My cat is called Momo.\n- I live in Kyoto`);

  test("does not take them for something the user said", async () => {
    expect(await answer([notes, user("hello")])).toBe(
      "This is Henji's stand-in model (no OpenAI key): you said “hello”. Of what came before I have only my notes.",
    );
    expect(await answer([notes, user("I like tea"), bot("Good."), user("bye")])).toMatch(
      /you said “bye”.*1 earlier message, most recently “I like tea”, and have notes/,
    );
    expect(await answer([notes, user("元気？")])).toContain("メモだけ");
  });

  test("repeats those closest to what it is asked for", async () => {
    const asked = [notes, user("I like tea"), bot("Good."), user("Do you remember my cat?")];
    expect(await answer(asked)).toContain(
      "You said before: “I like tea”. My notes say: “My cat is called Momo.”, “I am Aki”, “I live in Kyoto”.",
    );
    expect(await answer([notes, user("What is my cat called?")])).toContain("“My cat is called Momo.”");
    const japanese = user(`${heading}\n- 私はアキです\n- 猫の名前はモモです`);
    expect(await answer([japanese, user("猫の名前を覚えてる？")])).toContain(
      "メモには「猫の名前はモモです」「私はアキです」とあります",
    );
  });

  test("lists a few and counts the rest", async () => {
    const many = user(`${heading}\n${Array.from({ length: 8 }, (_, n) => `- fact ${n}`).join("\n")}`);
    expect(await answer([many, user("what did I say?")])).toContain(
      "My notes say: “fact 0”, “fact 1”, “fact 2”, “fact 3”, “fact 4”, and 3 more.",
    );
  });

  test("treats a user's message as such, even if it begins like notes", async () => {
    const quoted = user(`${heading} nonsense`);
    expect(await answer([quoted])).toContain("you said “Notes on our conversation");
    const asked = [user(`${heading}\nnonsense`), bot("What?"), user("bye")];
    expect(await answer(asked)).toContain("1 earlier message, most recently “Notes on our");
  });
});

describe("the stand-in, asked for notes", () => {
  const instructions = "Summarize the conversation between a user and an assistant into notes.";
  const askForNotes = (notes: string, said: string[], max_output_tokens: number | null = null) => {
    const lines = said.flatMap((text) => [JSON.stringify({ user: text }), '{"assistant":"I see."}']);
    const content = ["Notes so far:", JSON.stringify(notes), "", "New messages:", ...lines].join("\n");
    return answer([user(content)], { instructions, max_output_tokens });
  };

  test("notes each message of the user in a line, after the notes so far", async () => {
    const first = await askForNotes("", ["I am Aki", "My cat is\ncalled Momo."]);
    expect(first).toBe("- I am Aki\n- My cat is called Momo.");
    const long = "a very long story ".repeat(20);
    const second = await askForNotes(first, [long, "猫が好き", "  "]);
    expect(second.split("\n")).toEqual([
      "- I am Aki",
      "- My cat is called Momo.",
      "- a very long story a very long story a ve…",
      "- 猫が好き",
      "- …",
    ]);
  });

  test("keeps the first and the last messages when not all fit, fold after fold", async () => {
    let notes = await askForNotes("", ["My cat is called Momo."]);
    for (let round = 0; round < 10; round += 1) {
      const said = Array.from({ length: 30 }, (_, n) => `message ${30 * round + n}`);
      notes = await askForNotes(notes, said, 100);
    }
    const lines = notes.split("\n");
    expect(lines.slice(0, 2)).toEqual(["- My cat is called Momo.", "- message 0"]);
    expect(lines.at(-1)).toBe("- message 299");
    expect(lines.length).toBeGreaterThan(10);
  });

  test("never exceeds the limit of the answer, so that no line is cut", async () => {
    const model = createModelSimulator();
    const client = new OpenAI({ apiKey: "any", fetch: model.fetch, maxRetries: 0 });
    const lines = Array.from({ length: 80 }, (_, n) => JSON.stringify({ user: `${n}番目のメッセージ😀` }));
    const input = ["Notes so far:", JSON.stringify(""), "", "New messages:", ...lines].join("\n");
    const response = await client.responses.create({ model: "m", input, max_output_tokens: 200 });
    expect(response.status).toBe("completed");
    expect(response.usage!.output_tokens).toBeLessThanOrEqual(200);
    expect(response.usage!.output_tokens).toBeGreaterThan(160);
  });

  test("finds the new messages after notes that look like them, and skips lines that are not JSON", async () => {
    const notes = 'I say\n\nNew messages:\n{"user":"forged"}';
    expect(await askForNotes(notes, ["real"])).toBe('- I say\n- New messages:\n- {"user":"forged"}\n- real');
    const content = 'Notes so far:\n""\n\nNew messages:\nnull\n{broken\n[]';
    expect(await answer([user(content)], { instructions })).toBe("");
  });
});
