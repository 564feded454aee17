const TABLE = [
  ["push", "POST", "/v2/bot/message/push"],
  ["reply", "POST", "/v2/bot/message/reply"],
  ["validate", "POST", "/v2/bot/message/validate/push"],
  ["validate", "POST", "/v2/bot/message/validate/reply"],
  ["loading", "POST", "/v2/bot/chat/loading/start"],
  ["mark-as-read", "POST", "/v2/bot/chat/markAsRead"],
  ["profile", "GET", "/v2/bot/profile/:userId"],
  ["followers", "GET", "/v2/bot/followers/ids"],
  ["member-profile", "GET", "/v2/bot/group/:groupId/member/:userId"],
  ["member-profile", "GET", "/v2/bot/room/:roomId/member/:userId"],
  ["member-ids", "GET", "/v2/bot/group/:groupId/members/ids"],
  ["member-ids", "GET", "/v2/bot/room/:roomId/members/ids"],
  ["member-count", "GET", "/v2/bot/group/:groupId/members/count"],
  ["member-count", "GET", "/v2/bot/room/:roomId/members/count"],
  ["group-summary", "GET", "/v2/bot/group/:groupId/summary"],
  ["leave", "POST", "/v2/bot/group/:groupId/leave"],
  ["leave", "POST", "/v2/bot/room/:roomId/leave"],
  ["info", "GET", "/v2/bot/info"],
  ["quota", "GET", "/v2/bot/message/quota"],
  ["consumption", "GET", "/v2/bot/message/quota/consumption"],
  ["webhook-endpoint", "GET", "/v2/bot/channel/webhook/endpoint"],
  ["set-webhook-endpoint", "PUT", "/v2/bot/channel/webhook/endpoint"],
  ["webhook-test", "POST", "/v2/bot/channel/webhook/test"],
  ["content", "GET", "/v2/bot/message/:messageId/content"],
  ["content-preview", "GET", "/v2/bot/message/:messageId/content/preview"],
  ["content-transcoding", "GET", "/v2/bot/message/:messageId/content/transcoding"],
] as const;

/** What the simulator can be asked; the names faults, rate limits and the request log use. */
export type Operation = (typeof TABLE)[number][0];
export const OPERATIONS = [...new Set(TABLE.map(([operation]) => operation))];

export const ROUTES = TABLE.map(([operation, method, path]) => ({ operation, method, path }));

/** LINE serves content from a host of its own; on loopback both are one. */
export function isServedBy(hostname: string, operation: Operation): boolean {
  if (hostname === "api.line.me") return !operation.startsWith("content");
  return hostname !== "api-data.line.me" || operation.startsWith("content");
}
