import { defineCommand, type LineMessage } from "@henji/core/command";

/** A Flex message with a button: what its tap says comes to `onPostback`. */
function card(bread: string): LineMessage {
  return {
    type: "flex",
    altText: `Today: ${bread}`,
    contents: {
      type: "bubble",
      body: { type: "box", layout: "vertical", contents: [{ type: "text", text: bread, weight: "bold" }] },
      footer: {
        type: "box",
        layout: "vertical",
        contents: [
          { type: "button", action: { type: "postback", label: "Keep one for me", data: `keep=${bread}` } },
        ],
      },
    },
  };
}

export const breadOfTheDay = defineCommand({
  words: ["bread", "パン"],
  about: "the bread of the day",
  run: () => card("Walnut rye"),
});
