import type { Platform } from "./platform.ts";
import { isOk, send, signedRequest, statusFrom } from "./webhook.ts";

/** The console's Verify button: posts an empty list of events, and reports the result in LINE's words. */
export async function testWebhook(platform: Platform, url: string) {
  const timestamp = new Date(platform.clock()).toISOString();
  const request = signedRequest(platform, url, []);
  const fault = platform.faults.next("webhook");
  const status = await statusFrom(platform, (signal) => send(platform, request, { fault, signal }));
  if (status === "timeout") {
    return { success: false, timestamp, statusCode: 0, reason: "REQUEST_TIMEOUT", detail: "Request timeout" };
  }
  if (status === "unreachable") {
    const detail = `Connection failed: ${url}`;
    return { success: false, timestamp, statusCode: 0, reason: "COULD_NOT_CONNECT", detail };
  }
  const success = isOk(status);
  const reason = success ? "OK" : "ERROR_STATUS_CODE";
  return { success, timestamp, statusCode: status, reason, detail: String(status) };
}
