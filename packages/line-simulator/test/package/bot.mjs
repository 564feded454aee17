// Runs in the folder that the package was installed into: prints the chat of a user with a bot that is
// made of the middleware of LINE's SDK.
import { createServer } from "node:http";
import { createLineSimulator, serveLine } from "@henji/line-simulator";
import { messagingApi, middleware } from "@line/bot-sdk";

const channelSecret = "secret";
const channelAccessToken = "token";
const line = createLineSimulator({ channelSecret, channelAccessToken });
const platform = await serveLine(line);

const client = new messagingApi.MessagingApiClient({ channelAccessToken, baseURL: platform.url });
const verify = middleware({ channelSecret });
const bot = createServer((request, response) => {
  const answer = (status) => response.writeHead(status).end();
  verify(request, response, async (error) => {
    if (error) return answer(401);
    for (const { type, replyToken, message } of request.body.events) {
      if (type !== "message") continue;
      await client.replyMessage({
        replyToken,
        messages: [{ type: "text", text: `You said ${message.text}` }],
      });
    }
    answer(200);
  });
});
await new Promise((resolve) => bot.listen(0, "127.0.0.1", resolve));
await client.setWebhookEndpoint({ endpoint: `http://127.0.0.1:${bot.address().port}/` });

const { userId } = line.addUser({ name: "Taro" });
const delivery = await line.deliver([line.say({ from: userId, text: "こんにちは" })]);
const forged = line.webhook([]);
forged.headers.set("x-line-signature", "forged");
const { status } = await fetch(forged);
const chat = line.timeline(userId).map(({ by, message }) => [by, message.text]);
console.log(JSON.stringify({ delivery, forged: status, chat }));

bot.close();
await platform.close();
