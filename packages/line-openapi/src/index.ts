import { Ajv2019, type ValidateFunction } from "ajv/dist/2019.js";
import requests from "./requests.json" with { type: "json" };
import { requestSchemas, requestsWithoutBody } from "./requests.ts";
import webhook from "./webhook.json" with { type: "json" };

const ajv = new Ajv2019({ allErrors: true, strict: false });
ajv.addSchema(webhook, "webhook").addSchema(requests, "requests");

const { StickerMessageContent, ...byType } = webhook.definitions;

/** The types that LINE has today. */
export const webhookTypes = {
  events: typesOf(byType.Event),
  messages: typesOf(byType.MessageContent),
  stickerResources: StickerMessageContent.allOf.flatMap(({ properties }) => {
    return properties?.stickerResourceType.enum ?? [];
  }),
};

function typesOf({ allOf }: { allOf: { properties?: { type: { enum: string[] } } }[] }): string[] {
  return allOf.flatMap(({ properties }) => properties?.type.enum ?? []);
}

/** What LINE's schema finds wrong in a webhook's body; nothing, if LINE could send it. */
export function mistakesInWebhook(body: unknown): string[] {
  return mistakes("webhook#/definitions/CallbackRequest", body);
}

export type SentRequest = {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
};

/** What LINE's schemas find wrong in a request. Only requests that Henji makes are known. */
export function mistakesInRequest({ method, path, headers, body }: SentRequest): string[] {
  const operation = `${method} ${path}`;
  const schema = requestSchemas[operation];
  if (schema === undefined) {
    const isKnown = requestsWithoutBody.some((known) => patternOf(known).test(operation));
    if (!isKnown) return [`${operation} is no request of LINE's API that Henji makes`];
    return body === undefined ? [] : [`${operation} has a body`];
  }
  return [...mistakes(`requests#/definitions/${schema}`, body), ...mistakesInRetryKey(operation, headers)];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** LINE takes a retry key with a push only. */
function mistakesInRetryKey(operation: string, headers: SentRequest["headers"]): string[] {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === "x-line-retry-key");
  if (name === undefined) return [];
  if (operation !== "POST /v2/bot/message/push") return [`${operation} has a retry key`];
  return UUID.test(headers[name]!) ? [] : [`the retry key ${headers[name]} is no UUID`];
}

const validators = new Map<string, ValidateFunction>();

function mistakes(ref: string, value: unknown): string[] {
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
  validators.set(ref, validate);
  if (validate(value)) return [];
  // An unmet `then` only repeats what is wrong in it.
  const errors = validate.errors!.filter(({ keyword }) => keyword !== "if");
  const found = errors.map(({ instancePath, message, params }) => {
    const what = "unevaluatedProperty" in params ? ` ${params.unevaluatedProperty}` : "";
    const allowed = "allowedValues" in params ? `: ${params.allowedValues.join(", ")}` : "";
    return `${instancePath || "it"} ${message}${what}${allowed}`;
  });
  return [...new Set(found)];
}

function patternOf(known: string): RegExp {
  return new RegExp(`^${known.split("*").map(RegExp.escape).join("[^/]+")}$`);
}
