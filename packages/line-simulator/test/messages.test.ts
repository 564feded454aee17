import { describe, expect, test } from "vitest";
import { botTexts, setUp } from "./support.ts";

/** Pushes these messages; @returns the answer's status and details. */
async function send(messages: unknown) {
  const { line, taro, api } = setUp();
  const { status, body } = await api.call("POST", "/v2/bot/message/push", { to: taro, messages });
  return { status, body, details: body.details, arrived: line.timeline(taro).length };
}

const text = (value: unknown) => ({ type: "text", text: value });

test("five messages are the most, one the least", async () => {
  const sizes = { message: "Size must be between 1 and 5", property: "messages" };
  expect(await send(Array(6).fill(text("x")))).toMatchObject({ status: 400, details: [sizes], arrived: 0 });
  expect(await send([])).toMatchObject({ status: 400, details: [sizes] });
  expect(await send(Array(5).fill(text("x")))).toMatchObject({ status: 200, arrived: 5 });
  expect((await send(undefined)).details).toEqual([{ message: "May not be empty", property: "messages" }]);
});

test("a text has 1 to 5,000 UTF-16 code units", async () => {
  expect((await send([text("あ".repeat(5_000))])).status).toBe(200);
  expect((await send([text("𠮷".repeat(2_500))])).status).toBe(200);
  const tooLong = { message: "Length must be between 0 and 5000", property: "messages[0].text" };
  expect(await send([text(`${"𠮷".repeat(2_500)}x`)])).toMatchObject({ status: 400, details: [tooLong] });
});

test("every error has its property and LINE's message", async () => {
  const { status, body } = await send([text(""), { type: "poem" }, {}, text(undefined)]);
  expect(status).toBe(400);
  expect(body.message).toBe("The request body has 4 error(s)");
  const types = "text, textV2, sticker, image, video, audio, location, imagemap, template, flex, coupon";
  expect(body.details).toEqual([
    { message: "May not be empty", property: "messages[0].text" },
    { message: `Must be one of the following values: [${types}]`, property: "messages[1].type" },
    { message: "May not be empty", property: "messages[2].type" },
    { message: "May not be empty", property: "messages[3].text" },
  ]);
});

test("thirteen quick replies are the most", async () => {
  const action = { type: "message", label: "Yes", text: "yes" };
  const quick = (count: number) => [
    { ...text("?"), quickReply: { items: Array(count).fill({ type: "action", action }) } },
  ];
  expect((await send(quick(13))).status).toBe(200);
  const property = "messages[0].quickReply.items";
  expect((await send(quick(14))).details).toEqual([{ message: "Size must be between 1 and 13", property }]);
});

test("nobody can be mentioned in a 1:1 chat", async () => {
  const { line, taro, api } = setUp();
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  const substitution = { all: { type: "mention", mentionee: { type: "all" } } };
  const mention = (to: string) =>
    api.call("POST", "/v2/bot/message/push", {
      to,
      messages: [text("x"), { type: "textV2", text: "{all}", substitution }],
    });
  expect((await mention(chatId)).status).toBe(200);
  expect((await mention(taro)).body.details).toMatchObject([{ property: "messages[1].substitution" }]);
});

test("LINE's emoji replace dollar signs", async () => {
  const at = (index: number) => [{ ...text("𠮷 $"), emojis: [{ index, productId: "p", emojiId: "001" }] }];
  expect((await send(at(3))).status).toBe(200);
  expect((await send(at(2))).details).toMatchObject([{ property: "messages[0].emojis" }]);
});

describe("a quick reply", () => {
  const quick = async (action: object) => {
    const { details } = await send([{ ...text("?"), quickReply: { items: [{ type: "action", action }] } }]);
    return details?.map(({ property }: { property: string }) => property.replace(/^.*\.action\./, ""));
  };
  const family = "👨‍👩‍👧";

  test.each<[object]>([
    [{ type: "message", label: family.repeat(20), text: family.repeat(300) }],
    [{ type: "postback", label: "x", data: "x".repeat(300), displayText: "x" }],
    [{ type: "postback", label: "x", data: "x", inputOption: "openKeyboard", fillInText: "x" }],
    [{ type: "uri", label: "x", uri: "tel:117", altUri: { desktop: "https://x.test" } }],
    [{ type: "datetimepicker", label: "x", data: "x", mode: "date" }],
    [{ type: "camera", label: "x" }],
    [{ type: "cameraRoll", label: "x" }],
    [{ type: "location", label: "x" }],
    [{ type: "clipboard", label: "x", clipboardText: "x".repeat(1_000) }],
  ])("can be %j", async (action) => {
    expect(await quick(action)).toBeUndefined();
  });

  test.each<[object, string]>([
    [{ type: "message", text: "x" }, "label"],
    [{ type: "message", label: "x".repeat(21), text: "x" }, "label"],
    [{ type: "message", label: "x", text: "x".repeat(301) }, "text"],
    [{ type: "postback", label: "x", data: "x".repeat(301) }, "data"],
    [{ type: "postback", label: "x", data: "x", displayText: "x".repeat(301) }, "displayText"],
    [{ type: "postback", label: "x", data: "x", fillInText: "x" }, "fillInText"],
    [
      { type: "postback", label: "x", data: "x", inputOption: "openKeyboard", fillInText: "x".repeat(301) },
      "fillInText",
    ],
    [{ type: "uri", label: "x", uri: "ftp://x.test" }, "uri"],
    [{ type: "uri", label: "x", uri: `tel:${"1".repeat(997)}` }, "uri"],
    [
      { type: "uri", label: "x", uri: "tel:117", altUri: { desktop: `https://${"x".repeat(993)}` } },
      "altUri.desktop",
    ],
    [{ type: "clipboard", label: "x", clipboardText: "x".repeat(1_001) }, "clipboardText"],
    [{ type: "richmenuswitch", label: "x", data: "x", richMenuAliasId: "x" }, "type"],
    [{ type: "poem", label: "x" }, "type"],
  ])("cannot be %j", async (action, property) => {
    expect(await quick(action)).toEqual([property]);
  });
});

test("a sender's name is short and not LINE", async () => {
  const named = (name: string) => [{ ...text("x"), sender: { name } }];
  expect((await send(named("Henji"))).status).toBe(200);
  expect((await send(named("x".repeat(21)))).status).toBe(400);
  expect((await send(named("LINE"))).status).toBe(400);
});

test("textV2 takes braces for substitutions, text does not", async () => {
  expect((await send([text("function f() { return {} }")])).status).toBe(200);
  expect((await send([{ type: "textV2", text: "f() { return 1 }" }])).details[0].property).toBe(
    "messages[0].text",
  );
  const emoji = { type: "emoji", productId: "5ac1bfd5040ab15980c9b435", emojiId: "001" };
  const named = (name: string) => [
    { type: "textV2", text: `{${name}} {{ok}}`, substitution: { [name]: emoji } },
  ];
  expect((await send(named("name_1"))).status).toBe(200);
  expect((await send(named("名前"))).details).toMatchObject([{ property: "messages[0].substitution.名前" }]);
  expect((await send(named("x".repeat(21)))).status).toBe(400);
});

test.each<[object, string]>([
  [{ type: "poem" }, "type"],
  [{}, "type"],
  [{ type: "emoji", productId: "p" }, "emojiId"],
  [{ type: "emoji", emojiId: "001" }, "productId"],
  [{ type: "mention" }, "mentionee"],
  [{ type: "mention", mentionee: { type: "everybody" } }, "mentionee.type"],
  [{ type: "mention", mentionee: { type: "user" } }, "mentionee.userId"],
])("textV2 takes no substitution like %j", async (substitution, property) => {
  const message = { type: "textV2", text: "{it}", substitution: { it: substitution } };
  expect((await send([message])).details).toMatchObject([
    { property: `messages[0].substitution.it.${property}` },
  ]);
});

test("texts arrive exactly as they were sent", async () => {
  const { line, taro, api } = setUp();
  const odd = [
    "👨‍👩‍👧‍👦🏳️‍🌈",
    "𠮷野家",
    "\uFEFFbom\uFEFF",
    "<|endoftext|>",
    " \n\t\u0000 ",
    "\uD800 alone",
    "é é",
  ];
  await api.push(taro, odd.slice(0, 5));
  await api.reply(line.say({ from: taro, text: "more" }).replyToken, odd.slice(5));
  expect(botTexts(line.timeline(taro))).toEqual(odd);
});

test("other kinds of messages arrive whole, unknown fields included", async () => {
  const { line, taro, api } = setUp();
  const messages = [
    { type: "sticker", packageId: "446", stickerId: "1988" },
    { future: 1, type: "flex", altText: "a", contents: { type: "bubble", body: { x: [1] } } },
    { type: "image", originalContentUrl: "https://x.test/1", previewImageUrl: "https://x.test/2" },
  ];
  const { body } = await api.call("POST", "/v2/bot/message/push", { to: taro, messages });
  expect(line.timeline(taro).map((entry) => JSON.stringify(entry.message))).toEqual(
    messages.map((message) => JSON.stringify(message)),
  );
  expect(body.sentMessages.map((sent: { quoteToken?: string }) => Boolean(sent.quoteToken))).toEqual([
    true,
    false,
    true,
  ]);
});

test("an image needs HTTPS addresses", async () => {
  const image = { type: "image", originalContentUrl: "http://x.test/1", previewImageUrl: "https://x.test/2" };
  expect((await send([image])).details).toEqual([
    { message: "Must be a valid HTTPS URL", property: "messages[0].originalContentUrl" },
  ]);
});

test("a quote token works in its own chat only, and more than once", async () => {
  const { line, taro, api } = setUp();
  const { chatId } = line.addGroup({ name: "G", members: [taro] });
  const { quoteToken } = line.say({ from: taro, text: "quote me" }).message;
  const push = (to: string) =>
    api.call("POST", "/v2/bot/message/push", { to, messages: [{ ...text("as you said"), quoteToken }] });
  expect((await push(taro)).status).toBe(200);
  expect((await push(taro)).status).toBe(200);
  const elsewhere = await push(chatId);
  expect(elsewhere.body.details).toEqual([
    { message: "Invalid quote token", property: "messages[0].quoteToken" },
  ]);
});

test("messages can be validated without being sent", async () => {
  const { api } = setUp();
  const validate = (messages: unknown) => api.call("POST", "/v2/bot/message/validate/push", { messages });
  expect(await validate([text("x")])).toMatchObject({ status: 200, body: {} });
  expect(await validate([text("")])).toMatchObject({ status: 400 });
});
