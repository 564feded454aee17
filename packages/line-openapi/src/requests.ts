/** LINE's schemas of the bodies of the requests that Henji makes. All others have none. */
export const requestSchemas: Readonly<Record<string, string>> = {
  "POST /v2/bot/message/reply": "ReplyMessageRequest",
  "POST /v2/bot/message/push": "PushMessageRequest",
  "POST /v2/bot/chat/loading/start": "ShowLoadingAnimationRequest",
  "POST /v2/bot/chat/markAsRead": "MarkMessagesAsReadByTokenRequest",
  "PUT /v2/bot/channel/webhook/endpoint": "SetWebhookEndpointRequest",
  "POST /v2/bot/channel/webhook/test": "TestWebhookEndpointRequest",
};

/** As LINE's file writes them, with `*` for an id. */
export const requestsWithoutBody: readonly string[] = [
  "GET /v2/bot/message/quota",
  "GET /v2/bot/message/quota/consumption",
  "GET /v2/bot/profile/*",
  "GET /v2/bot/group/*/member/*",
  "GET /v2/bot/room/*/member/*",
  "GET /v2/bot/info",
  "GET /v2/bot/channel/webhook/endpoint",
];
