import { textOf } from "@henji/core/platform/content";
import { read } from "@henji/core/platform/slack/read";
import { describe, expect, test } from "vitest";
import { aki, bot, dm, envelope, press } from "./slack/events.ts";

const readMessage = (event: Record<string, unknown>, outer = {}) => read(envelope(event, outer));
const kindOf = (event: Record<string, unknown>, outer = {}) => readMessage(event, outer).kind;

test("in a DM every message is a question, and its sender has the chat's own id", () => {
  expect(readMessage({ ...dm, text: "こんにちは" })).toMatchObject({
    ...{ kind: "question", eventId: "D0AKI00000-1800000000.000100", at: 1_800_000_000_000 },
    ...{ messageId: "1800000000.000100", senderId: "slack:D0AKI00000" },
    chat: { type: "user", id: "slack:D0AKI00000" },
    content: [{ kind: "text", text: "こんにちは" }],
  });
});

test("in a channel a mention is a question, in whichever of its events it comes", () => {
  const text = `<@${bot}> what is 2 &lt; 3?`;
  const question = { kind: "question", senderId: aki, content: [{ kind: "text", text: "what is 2 < 3?" }] };
  expect(readMessage({ text })).toMatchObject(question);
  expect(readMessage({ type: "app_mention", text })).toMatchObject(question);
});

test("what is said in a thread follows the bot, unless it is said to somebody else", () => {
  const thread = { thread_ts: "1799999999.000100" };
  const follows = (event: Record<string, unknown>) => {
    const inbound = readMessage(event);
    return inbound.kind === "overheard" ? inbound.follows : inbound.kind;
  };
  expect(follows({ ...thread, text: "and then?" })).toBe(true);
  expect(follows({ ...thread, text: "<@U0BEN00000> and you?" })).toBe(false);
  expect(follows({ ...thread, text: "<!here> lunch" })).toBe(false);
  expect(follows({ ...thread, text: `<@${bot}> and <@U0BEN00000>?` })).toBe("question");
  expect(follows({ text: "good morning" })).toBe(false);
  // Whose id begins like the bot's.
  expect(follows({ ...thread, text: `<@${bot}2> and you?` })).toBe(false);
});

test("the bot answers no bot, not itself, and nothing that Slack says about a message", () => {
  const text = `<@${bot}> hello`;
  for (const event of [
    { bot_id: "B0OTHER000" },
    { user: bot },
    { user: undefined },
    { hidden: true },
    ...["bot_message", "channel_join", "message_changed", "message_replied", "me_message"].map((subtype) => ({
      subtype,
    })),
  ]) {
    expect([event, kindOf({ text, ...event })]).toEqual([event, "ignored"]);
    expect([event, kindOf({ ...dm, text, ...event })]).toEqual([event, "ignored"]);
  }
  expect(kindOf({ text }, { is_ext_shared_channel: true })).toBe("ignored");
  for (const subtype of ["file_share", "thread_broadcast"])
    expect(kindOf({ text, subtype })).toBe("question");
});

describe("a deleted message", () => {
  const ts = "1790000000.000100";

  test("is erased, however old it is", () => {
    const deleted = { subtype: "message_deleted", hidden: true, deleted_ts: ts };
    expect(readMessage({ ...dm, ...deleted })).toMatchObject({
      ...{ kind: "erasure", eventId: `D0AKI00000-${ts}-deleted`, at: 1_800_000_000_000 },
      erase: { messageId: ts, since: 1_790_000_000_000 },
    });
  });

  test("with answers in its thread is changed into a stone", () => {
    const changed = { subtype: "message_changed", message: { ts, thread_ts: ts, subtype: "tombstone" } };
    expect(readMessage({ ...changed, hidden: true })).toMatchObject({
      ...{ kind: "erasure", erase: { messageId: ts } },
      chat: { id: `slack:C0GENERAL0:${ts}` },
    });
  });

  test("of the bot's own is nobody's words", () => {
    const previous_message = { ts, bot_id: "B0HENJI000", thread_ts: ts };
    expect(kindOf({ ...dm, subtype: "message_deleted", deleted_ts: ts, previous_message })).toBe("ignored");
  });
});

test.each([
  [`<@${bot}>, hello`, "hello"],
  [`hello <@${bot}|henji> and <@U0BEN00000|ben> too`, "hello and @ben too"],
  [`hello<@${bot}>\n there`, "hello there"],
  [`<@${bot}>`, "@bot"],
  ["<#C0GENERAL0|general> <#C0OTHER000>", "#general #C0OTHER000"],
  ["<!here> <!subteam^S0TEAM000|@devs> <!date^1392734382^{date}|18 Feb>", "@here @devs 18 Feb"],
  ["<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"],
  [
    "<https://a.example|our page> <http://a.example|a.example>",
    "our page (https://a.example) http://a.example",
  ],
  ["<mailto:a@a.example|a@a.example>", "a@a.example"],
  ["a &amp;lt; b &lt;@U0BEN00000&gt;", "a &lt; b <@U0BEN00000>"],
])("%s is read as %s", (text, said) => {
  const inbound = readMessage({ ...dm, text });
  expect(inbound.kind === "question" && textOf(inbound.content)).toBe(said);
});

test("blanks, of which there may be any number, are read in linear time", () => {
  const text = `a${" ".repeat(400_000)}b`;
  expect(kindOf({ text })).toBe("overheard");
  expect(kindOf({ text: `<@${bot}>${text}` })).toBe("question");
});

test("what is sent beside text is named by its file's id", () => {
  const files = [
    { id: "F0PICTURE0", mimetype: "image/png", size: 10, name: "a.png" },
    { id: "F0VOICE000", mimetype: "audio/mp4", size: 20, duration_ms: 3_000 },
    { id: "F0REPORT00", mimetype: "application/pdf", size: 30, name: "report.pdf" },
    { mode: "tombstone" },
  ];
  expect(readMessage({ ...dm, subtype: "file_share", text: "look", files })).toMatchObject({
    content: [
      { kind: "text", text: "look" },
      { kind: "image", ref: "F0PICTURE0", bytes: 10 },
      { kind: "audio", ref: "F0VOICE000", bytes: 20, ms: 3_000 },
      { kind: "file", ref: "F0REPORT00", bytes: 30, name: "report.pdf" },
    ],
  });
  expect(readMessage({ ...dm, text: "" })).toMatchObject({ content: [{ kind: "unknown", type: "message" }] });
});

test("a pressed button tells its data, or says its text", () => {
  const pressed = { eventId: "D0AKI00000-1800000001.000200-1800000002.000300", at: 1_800_000_002_000 };
  expect(read(press("data:go_on:1"))).toMatchObject({ ...pressed, kind: "pressed", data: "go_on:1" });
  expect(read(press("text:help"))).toMatchObject({
    ...pressed,
    kind: "question",
    content: [{ text: "help" }],
  });
  expect(read(press("help")).kind).toBe("ignored");
  const inChannel = { channel: { id: "C0GENERAL0" } };
  expect(read(press("data:go_on:1", inChannel))).toMatchObject({
    ...{ senderId: aki, chat: { type: "group", id: "slack:C0GENERAL0:1800000000.000100" } },
  });
});

test("what is no Slack event is unreadable", () => {
  for (const raw of [undefined, {}, { type: "event_callback" }, envelope({ ts: "now" })]) {
    expect(() => read(raw)).toThrow(expect.objectContaining({ code: "job.unreadable" }));
  }
});
