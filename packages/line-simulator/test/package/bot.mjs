// Runs in the folder that the package was installed into: prints the chat of a user with a bot as LINE's SDK
// shows it, with express.
import { createLineSimulator, serveLine } from "@henji/line-simulator";
import { messagingApi, middleware, SignatureValidationFailed } from "@line/bot-sdk";
import express from "express";

const channelSecret = "secret";
const channelAccessToken = "token";
const line = createLineSimulator({ channelSecret, channelAccessToken });
const platform = await serveLine(line);

const client = new messagingApi.MessagingApiClient({ channelAccessToken, baseURL: platform.url });

function echo({ type, replyToken, message }) {
  if (type !== "message" || message.type !== "text") return null;
  return client.replyMessage({ replyToken, messages: [{ type: "text", text: `You said ${message.text}` }] });
}

const app = express();
app.post("/callback", middleware({ channelSecret }), async ({ body }, response) => {
  response.json(await Promise.all(body.events.map(echo)));
});
app.use((error, _request, response, _next) => {
  response.sendStatus(error instanceof SignatureValidationFailed ? 401 : 500);
});
const bot = await new Promise((resolve) => {
  const server = app.listen(0, "127.0.0.1", () => resolve(server));
});
await client.setWebhookEndpoint({ endpoint: `http://127.0.0.1:${bot.address().port}/callback` });

const { userId } = line.addUser({ name: "Taro" });
const delivery = await line.deliver([line.say({ from: userId, text: "こんにちは" })]);
const forged = line.webhook([]);
forged.headers.set("x-line-signature", "forged");
const { status } = await fetch(forged);
const chat = line.timeline(userId).map(({ by, message }) => [by, message.text]);
console.log(JSON.stringify({ delivery, forged: status, chat }));

bot.close();
await platform.close();
