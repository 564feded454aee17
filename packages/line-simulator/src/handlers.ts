import { type Answer, invalidBody, MONTHLY_LIMIT_MESSAGE, Refusal } from "./answer.ts";
import { isChatId, isUserId } from "./ids.ts";
import {
  checkBody,
  endpointBody,
  loadingBody,
  markAsReadBody,
  type OutgoingMessage,
  pushBody,
  replyBody,
  testBody,
  validateBody,
} from "./messages.ts";
import type { Call, Handler, Platform } from "./platform.ts";
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
  const { people, timelines, replyTokens, retryKeys, quota, contents, loading, seals, bot, webhook } =
    platform;

  /** The messages as they were sent: zod would reorder their fields. */
  function messagesFor(chatId: string, body: unknown): OutgoingMessage[] {
    const { messages } = body as { messages: OutgoingMessage[] };
    const strange = messages.findIndex(({ quoteToken }) => quoteToken && !seals.quotes(chatId, quoteToken));
    if (strange < 0) return messages;
    throw invalidBody([{ message: "Invalid quote token", property: `messages[${strange}].quoteToken` }]);
  }

  function push({ body, retryKey, requestId }: Call): Answer {
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
    return { status: 200, body: { sentMessages } };
  }

  function reply({ body, retryKey, requestId }: Call): Answer {
    if (retryKey !== undefined)
      throw new Refusal(400, "The request header, X-Line-Retry-Key, is not supported");
    const token = replyTokens.find(checkBody(replyBody, body).replyToken);
    if (!token) throw new Refusal(400, "Invalid reply token");
    const messages = messagesFor(token.chatId, body);

    replyTokens.use(token);
    const repliesTo = token.webhookEventId;
    const sentMessages = platform.post(token.chatId, messages, { by: "reply", requestId, repliesTo });
    return { status: 200, body: { sentMessages } };
  }

  function showLoading({ body }: Call): Answer {
    const { chatId, loadingSeconds = LOADING_SECONDS } = checkBody(loadingBody, body);
    if (!isUserId(chatId) || !people.users.has(chatId)) {
      const message =
        "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.";
      throw invalidBody([{ message, property: "chatId" }]);
    }
    if (people.shows(chatId)) loading.start(chatId, loadingSeconds);
    return { status: 202, body: {} };
  }

  function markAsRead({ body }: Call): Answer {
    const opened = seals.openRead(checkBody(markAsReadBody, body).markAsReadToken);
    if (!opened) {
      throw new Refusal(
        400,
        "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook.",
      );
    }
    const messageIds = timelines.markRead(opened.chatId, opened.messageId);
    if (messageIds.length > 0) platform.emit({ type: "read", chatId: opened.chatId, messageIds });
    return { status: 200, body: {} };
  }

  function profile({ params }: Call): Answer {
    const user = people.shows(params.userId!);
    if (!user) throw new Refusal(404, "Not found");
    const { userId, displayName, language, pictureUrl, statusMessage } = user;
    return {
      status: 200,
      body: {
        userId,
        displayName,
        language,
        ...(pictureUrl && { pictureUrl }),
        ...(statusMessage && { statusMessage }),
      },
    };
  }

  function joinedGroup(chatId: string) {
    const group = people.groups.get(chatId);
    if (!group?.joined) throw new Refusal(404, "Not found");
    return group;
  }

  function memberProfile({ params }: Call): Answer {
    const member = joinedGroup(params.chatId!).members.find((userId) => userId === params.userId);
    if (!member) throw new Refusal(404, "Not found");
    const { userId, displayName, pictureUrl } = people.user(member);
    return { status: 200, body: { userId, displayName, ...(pictureUrl && { pictureUrl }) } };
  }

  function groupSummary({ params }: Call): Answer {
    const { chatId, name } = joinedGroup(params.chatId!);
    return { status: 200, body: { groupId: chatId, groupName: name } };
  }

  function leave({ params }: Call): Answer {
    const group = joinedGroup(params.chatId!);
    group.joined = false;
    platform.emit({ type: "group", group });
    return { status: 200, body: {} };
  }

  /** The bytes of a message, or LINE's reason why not. */
  function contentOf({ params }: Call) {
    const messageId = params.messageId!;
    const content = contents.find(messageId);
    if (content) return content;
    if (timelines.find(messageId)?.entry.unsent) throw new Refusal(410, "The content is gone");
    throw new Refusal(404, "not found");
  }

  function content(call: Call, suits: (type: string) => boolean = () => true): Answer {
    const { type, readyAt, bytes, contentType } = contentOf(call);
    if (!suits(type)) throw new Refusal(400, "The content can not be previewed");
    if (platform.clock() < readyAt) return { status: 202, body: {} };
    return { status: 200, bytes, headers: { "content-type": contentType } };
  }

  function transcoding(call: Call): Answer {
    const { type, readyAt } = contentOf(call);
    if (type !== "video" && type !== "audio") {
      throw new Refusal(400, "Transcoding status doesn't support this type of content");
    }
    return { status: 200, body: { status: platform.clock() < readyAt ? "processing" : "succeeded" } };
  }

  function setEndpoint({ body }: Call): Answer {
    const { endpoint } = checkBody(endpointBody, body);
    webhook.url = webhookUrl(endpoint);
    return { status: 200, body: {} };
  }

  async function test({ body }: Call): Promise<Answer> {
    const { endpoint } = checkBody(testBody, body ?? {});
    const url = endpoint === undefined ? webhook.url : webhookUrl(endpoint);
    if (!url) throw new Refusal(404, "Webhook endpoint not found");
    return { status: 200, body: await testWebhook(platform, url) };
  }

  return {
    push,
    reply,
    validate({ body }) {
      checkBody(validateBody, body);
      return { status: 200, body: {} };
    },
    loading: showLoading,
    "mark-as-read": markAsRead,
    profile,
    "member-profile": memberProfile,
    "group-summary": groupSummary,
    leave,
    info: () => ({ status: 200, body: { ...bot, chatMode: "chat", markAsReadMode: "manual" } }),
    quota: () => ({
      status: 200,
      body: quota.limit === undefined ? { type: "none" } : { type: "limited", value: quota.limit },
    }),
    consumption: () => ({ status: 200, body: { totalUsage: quota.used() } }),
    "webhook-endpoint"() {
      if (!webhook.url) throw new Refusal(404, "Webhook endpoint not found");
      return { status: 200, body: { endpoint: webhook.url, active: true } };
    },
    "set-webhook-endpoint": setEndpoint,
    "webhook-test": test,
    content: (call) => content(call),
    "content-preview": (call) => content(call, (type) => type === "image" || type === "video"),
    "content-transcoding": transcoding,
  };
}

function invalidProperty(property: string): Refusal {
  return new Refusal(400, `The property, '${property}', in the request body is invalid (line: -, column: -)`);
}

/** LINE takes HTTPS only; a stand-in on loopback must take HTTP too. */
function webhookUrl(endpoint: string): string {
  const isWeb = /^https?:$/.test(URL.parse(endpoint)?.protocol ?? "");
  if (!isWeb || endpoint.length > 500) throw new Refusal(400, "Invalid webhook endpoint URL");
  return endpoint;
}
