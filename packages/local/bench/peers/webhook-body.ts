import { validateSignature, type webhook } from "@line/bot-sdk";
import type { LambdaFunctionURLEvent } from "aws-lambda";

/** The events of a webhook that LINE has signed; otherwise undefined. */
export function readWebhook({ body = "", isBase64Encoded, headers }: LambdaFunctionURLEvent) {
  const raw = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  const signature = headers["x-line-signature"] ?? "";
  if (!validateSignature(raw, process.env.LINE_CHANNEL_SECRET ?? "", signature)) return undefined;
  const { events } = JSON.parse(raw.toString()) as webhook.CallbackRequest;
  return events;
}
