import type { LinkName } from "@henji/functions/links";
import type { Subject } from "./subject.ts";

/** What a stage has for a platform, by its name in `bot.config.ts`. */
const neededFor: Readonly<Record<string, { ingress: LinkName; secrets: readonly LinkName[] }>> = {
  line: { ingress: "Ingress", secrets: ["LineChannelSecret", "LineChannelAccessToken"] },
  slack: { ingress: "SlackIngress", secrets: ["SlackSigningSecret", "SlackBotToken"] },
};

/** Where the bot answers; if its file is not valid, where one does that says nothing of it. */
export async function platformsOf({ loadBot }: Subject): Promise<readonly string[]> {
  return loadBot().then(
    ({ platforms }) => platforms,
    () => ["line"],
  );
}

/** The functions that receive messages, and the secrets, of all platforms that the bot is on. */
export async function neededBy(subject: Subject): Promise<{ ingresses: LinkName[]; secrets: LinkName[] }> {
  const needs = (await platformsOf(subject)).flatMap((name) => neededFor[name] ?? []);
  return { ingresses: needs.map(({ ingress }) => ingress), secrets: needs.flatMap(({ secrets }) => secrets) };
}
