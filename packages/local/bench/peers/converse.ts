// One question and its answer, as the three peers have it: the history, the model, LINE, the history.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { HTTPFetchError, messagingApi, type webhook } from "@line/bot-sdk";
import OpenAI from "openai";

type Message = { role: "user" | "assistant"; content: string };

const instructions = "You are a friendly and concise assistant on LINE. Answer in the user's language.";

/** What the model is told of the past, in messages. */
const KEPT = 20;

const { HISTORY_TABLE: TableName, MODEL: model = "" } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const openai = new OpenAI();
const line = new messagingApi.MessagingApiClient({
  channelAccessToken: process.env.LINE_CHANNEL_ACCESS_TOKEN ?? "",
  baseURL: process.env.LINE_API_BASE_URL ?? "https://api.line.me",
});

/** Answers a text; passes over everything else. */
export async function converse(event: webhook.Event, send: Send): Promise<void> {
  const chatId = event.source?.type === "user" ? event.source.userId : undefined;
  if (!chatId || event.type !== "message" || event.message.type !== "text") return;

  const { Item } = await table.send(new GetCommand({ TableName, Key: { chatId } }));
  const history: Message[] = Item?.messages ?? [];
  const question: Message = { role: "user", content: event.message.text };
  const { output_text: text } = await openai.responses.create({
    ...{ model, instructions, input: [...history, question] },
    reasoning: { effort: "none" },
    max_output_tokens: 1_000,
  });
  await send(text, { chatId, replyToken: event.replyToken ?? "" });
  const messages = [...history, question, { role: "assistant", content: text }].slice(-KEPT);
  await table.send(new PutCommand({ TableName, Item: { chatId, messages } }));
}

type Send = (text: string, to: { chatId: string; replyToken: string }) => Promise<unknown>;

/** As LINE's echo bot does. */
export const reply: Send = (text, { replyToken }) =>
  line.replyMessage({ replyToken, messages: [{ type: "text", text }] });

/** What waited in a queue may be too late for its reply token, which is good for a minute: it is pushed. */
export const replyOrPush: Send = async (text, to) => {
  try {
    await reply(text, to);
  } catch (error) {
    if (!(error instanceof HTTPFetchError && error.status === 400)) throw error;
    await line.pushMessage({ to: to.chatId, messages: [{ type: "text", text }] });
  }
};
