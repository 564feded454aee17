const TABLE = [
  ["push", "POST", "/v2/bot/message/push"],
  ["reply", "POST", "/v2/bot/message/reply"],
  ["validate", "POST", "/v2/bot/message/validate/push"],
  ["validate", "POST", "/v2/bot/message/validate/reply"],
  ["loading", "POST", "/v2/bot/chat/loading/start"],
  ["mark-as-read", "POST", "/v2/bot/chat/markAsRead"],
  ["profile", "GET", "/v2/bot/profile/{userId}"],
  ["member-profile", "GET", "/v2/bot/group/{chatId}/member/{userId}"],
  ["member-profile", "GET", "/v2/bot/room/{chatId}/member/{userId}"],
  ["group-summary", "GET", "/v2/bot/group/{chatId}/summary"],
  ["leave", "POST", "/v2/bot/group/{chatId}/leave"],
  ["leave", "POST", "/v2/bot/room/{chatId}/leave"],
  ["info", "GET", "/v2/bot/info"],
  ["quota", "GET", "/v2/bot/message/quota"],
  ["consumption", "GET", "/v2/bot/message/quota/consumption"],
  ["webhook-endpoint", "GET", "/v2/bot/channel/webhook/endpoint"],
  ["set-webhook-endpoint", "PUT", "/v2/bot/channel/webhook/endpoint"],
  ["webhook-test", "POST", "/v2/bot/channel/webhook/test"],
  ["content", "GET", "/v2/bot/message/{messageId}/content"],
  ["content-preview", "GET", "/v2/bot/message/{messageId}/content/preview"],
  ["content-transcoding", "GET", "/v2/bot/message/{messageId}/content/transcoding"],
] as const;

/** What the simulator can be asked; the names faults, rate limits and the request log use. */
export type Operation = (typeof TABLE)[number][0];
export const OPERATIONS = [...new Set(TABLE.map(([operation]) => operation))];

const ROUTES = TABLE.map(([operation, method, template]) => ({
  operation,
  method,
  pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

/** LINE serves content from a host of its own; on loopback both are one. */
function isWrongHost(hostname: string, operation: Operation): boolean {
  if (hostname === "api.line.me") return operation.startsWith("content");
  return hostname === "api-data.line.me" && !operation.startsWith("content");
}

export function findRoute(
  method: string,
  url: URL,
): { operation: Operation; params: Record<string, string> } | undefined {
  for (const route of ROUTES) {
    const match = method === route.method ? route.pattern.exec(url.pathname) : null;
    if (!match) continue;
    if (isWrongHost(url.hostname, route.operation)) return undefined;
    return { operation: route.operation, params: { ...match.groups } };
  }
  return undefined;
}
