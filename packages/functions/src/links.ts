import { BotError } from "@henji/core/error";
import { Resource } from "sst/resource";

/** What `stacks/` links to the functions and to commands, and which of its properties is read. */
const properties = {
  LineChannelSecret: "value",
  LineChannelSecretPrevious: "value",
  LineChannelAccessToken: "value",
  OpenAiApiKey: "value",
  EventQueue: "url",
  DeadLetterQueue: "url",
  Conversations: "name",
  IngressLogs: "name",
  WorkerLogs: "name",
  Metrics: "namespace",
  Ingress: "url",
  App: "stage",
} as const;

/** The linked secret's value, queue's URL, or name. */
export function link(name: keyof typeof properties): string {
  const property = properties[name];
  const value = read(name)?.[property];
  if (typeof value === "string") return value;
  const secret = property === "value" ? ` after \`sst secret set ${name} …\`` : "";
  const fix = `deploy with \`sst deploy\`${secret}, or outside SST set SST_RESOURCES_JSON`;
  throw new BotError("config.missing_link", `${name}.${property} is not linked to this function: ${fix}`, {
    retry: "never",
  });
}

/** The same; empty if it is not linked, or linked and not set. */
export function optionalLink(name: keyof typeof properties): string {
  return read(name) === undefined ? "" : link(name);
}

function read(name: string): Record<string, unknown> | undefined {
  try {
    return (Resource as unknown as Record<string, Record<string, unknown> | undefined>)[name];
  } catch {
    return undefined;
  }
}
