import { invalidBody, MONTHLY_LIMIT_MESSAGE, Refusal } from "./answer.ts";
import type { Call, Handler } from "./call.ts";
import { createChatHandlers } from "./chat-handlers.ts";
import { createContentHandlers } from "./content-handlers.ts";
import { isChatId, isUserId } from "./ids.ts";
import {
  checkBody,
  endpointBody,
  loadingBody,
  markAsReadBody,
  mentions,
  type OutgoingMessage,
  pushBody,
  replyBody,
  testBody,
  validateBody,
} from "./messages.ts";
import type { Platform } from "./platform.ts";
import { isRetryKey } from "./retry-keys.ts";
import type { Operation } from "./routes.ts";
import { testWebhook } from "./webhook-test.ts";

/** LINE's default when `loadingSeconds` is left out. */
const LOADING_SECONDS = 20;

/**
 * What each endpoint does. A handler checks everything first and changes the
 * platform last, without awaiting in between, so a refused request has no effect
 * and an accepted one has all of it.
 */
export function createHandlers(platform: Platform): Record<Operation, Handler> {
  const { people, timelines, replyTokens, retryKeys, quota, loading, seals, bot, chat, webhook } = platform;

  /** The messages as they were sent: zod would reorder their fields. */
  function messagesFor(chatId: string, body: unknown): OutgoingMessage[] {
    const { messages } = body as { messages: OutgoingMessage[] };
    const strange = messages.findIndex(({ quoteToken }) => quoteToken && !seals.quotes(chatId, quoteToken));
    if (strange >= 0) {
      throw invalidBody([{ message: "Invalid quote token", property: `messages[${strange}].quoteToken` }]);
    }
    const mentioning = isUserId(chatId) ? messages.findIndex(mentions) : -1;
    if (mentioning >= 0) {
      const message = "Mentions can be sent to group chats and multi-person chats only";
      throw invalidBody([{ message, property: `messages[${mentioning}].substitution` }]);
    }
    return messages;
  }

  function push(c: Call): Response {
    const { body, call } = c.var;
    const { retryKey, requestId } = call;
    if (retryKey !== undefined && !isRetryKey(retryKey)) throw new Refusal(400, "Invalid retry key");
    const accepted = retryKey === undefined ? undefined : retryKeys.find(retryKey);
    if (accepted) {
      const { requestId: first, sentMessages } = accepted;
      const headers = { "x-line-accepted-request-id": first };
      throw new Refusal(409, "The retry key is already accepted", { body: { sentMessages }, headers });
    }
    const { to } = checkBody(pushBody, body);
    if (!isChatId(to)) throw invalidProperty("to");
    const recipients = people.reach(to);
    if (recipients === undefined) throw new Refusal(400, "Failed to send messages");
    const messages = messagesFor(to, body);
    if (!quota.hasRoomFor(recipients)) throw new Refusal(429, MONTHLY_LIMIT_MESSAGE);

    quota.charge(recipients);
    const sentMessages = platform.post(to, messages, {
      by: "push",
      requestId,
      ...(retryKey && { retryKey }),
    });
    if (retryKey) retryKeys.accept(retryKey, requestId, sentMessages);
    return c.json({ sentMessages });
  }

  function reply(c: Call): Response {
    const { body, call } = c.var;
    if (call.retryKey !== undefined)
      throw new Refusal(400, "The request header, X-Line-Retry-Key, is not supported");
    const token = replyTokens.find(checkBody(replyBody, body).replyToken);
    if (!token) throw new Refusal(400, "Invalid reply token");
    const messages = messagesFor(token.chatId, body);

    replyTokens.use(token);
    const { webhookEventId: repliesTo } = token;
    const { requestId } = call;
    const sentMessages = platform.post(token.chatId, messages, { by: "reply", requestId, repliesTo });
    return c.json({ sentMessages });
  }

  function showLoading(c: Call): Response {
    const { chatId, loadingSeconds = LOADING_SECONDS } = checkBody(loadingBody, c.var.body);
    if (!isUserId(chatId) || !people.users.has(chatId)) {
      const message =
        "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.";
      throw invalidBody([{ message, property: "chatId" }]);
    }
    if (people.shows(chatId)) loading.start(chatId, loadingSeconds);
    return c.json({}, 202);
  }

  function markAsRead(c: Call): Response {
    const opened = seals.openRead(checkBody(markAsReadBody, c.var.body).markAsReadToken);
    if (!opened) {
      throw new Refusal(
        400,
        "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook.",
      );
    }
    const messageIds = timelines.markRead(opened.chatId, opened.messageId);
    if (messageIds.length > 0) platform.emit({ type: "read", chatId: opened.chatId, messageIds });
    return c.json({});
  }

  function setEndpoint(c: Call): Response {
    const { endpoint } = checkBody(endpointBody, c.var.body);
    webhook.url = webhookUrl(endpoint);
    return c.json({});
  }

  async function test(c: Call): Promise<Response> {
    const { endpoint } = checkBody(testBody, c.var.body ?? {});
    const url = endpoint === undefined ? webhook.url : webhookUrl(endpoint);
    if (!url) throw noEndpoint();
    return c.json(await testWebhook(platform, url));
  }

  return {
    ...createChatHandlers(platform),
    ...createContentHandlers(platform),
    push,
    reply,
    validate(c) {
      checkBody(validateBody, c.var.body);
      return c.json({});
    },
    loading: showLoading,
    "mark-as-read": markAsRead,
    info: (c) => c.json({ ...bot, ...chat }),
    quota: (c) =>
      c.json(quota.limit === undefined ? { type: "none" } : { type: "limited", value: quota.limit }),
    consumption: (c) => c.json({ totalUsage: quota.used() }),
    "webhook-endpoint"(c) {
      if (!webhook.url) throw noEndpoint();
      return c.json({ endpoint: webhook.url, active: webhook.active });
    },
    "set-webhook-endpoint": setEndpoint,
    "webhook-test": test,
  };
}

const noEndpoint = () => new Refusal(404, "Webhook endpoint not found");

function invalidProperty(property: string): Refusal {
  return new Refusal(400, `The property, '${property}', in the request body is invalid (line: -, column: -)`);
}

/** LINE takes HTTPS only; a stand-in on loopback must take HTTP too. */
function webhookUrl(endpoint: string): string {
  const isWeb = /^https?:$/.test(URL.parse(endpoint)?.protocol ?? "");
  if (!isWeb || endpoint.length > 500) throw new Refusal(400, "Invalid webhook endpoint URL");
  return endpoint;
}
