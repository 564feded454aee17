import { BotError } from "@henji/core/error";
import { Resource } from "sst/resource";

/** What `stacks/` links to the functions and to commands. */
export type LinkName = SecretName | ResourceName;

type SecretName =
  | "LineChannelSecret"
  | "LineChannelSecretPrevious"
  | "LineChannelAccessToken"
  | "SlackSigningSecret"
  | "SlackBotToken"
  | "OpenAiApiKey"
  | "AlarmEmail";

type ResourceName = keyof typeof properties;

/** Which property of a resource is read; a secret has a value. */
const properties = {
  EventQueue: "url",
  DeadLetterQueue: "url",
  Reminders: "url",
  Conversations: "name",
  IngressLogs: "name",
  SlackIngressLogs: "name",
  WorkerLogs: "name",
  Metrics: "namespace",
  Ingress: "url",
  SlackIngress: "url",
  Worker: "name",
  Alarms: "arn",
  App: "stage",
} as const;

const propertyOf = (name: LinkName): string => properties[name as ResourceName] ?? "value";

/** The linked secret's value, queue's URL, or name; or another property of it. */
export function link(name: LinkName, property = propertyOf(name)): string {
  const value = read(name)?.[property];
  if (typeof value === "string") return value;
  const secret = property === "value" ? ` after \`sst secret set ${name} …\`` : "";
  const fix = `deploy with \`sst deploy\`${secret}, or outside SST set SST_RESOURCES_JSON`;
  throw new BotError("config.missing_link", `${name}.${property} is not linked to this function: ${fix}`, {
    retry: "never",
  });
}

/** The same; empty if it is not linked, or linked and not set. */
export function optionalLink(name: LinkName, property?: string): string {
  return read(name) === undefined ? "" : link(name, property);
}

function read(name: string): Record<string, unknown> | undefined {
  try {
    return (Resource as unknown as Record<string, Record<string, unknown> | undefined>)[name];
  } catch {
    return undefined;
  }
}
