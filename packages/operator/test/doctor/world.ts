import { defineBot } from "@henji/core/bot";
import { systemClock } from "@henji/core/clock";
import { checkModelAccess, countSearchable } from "@henji/core/model/access";
import { createChannel } from "@henji/core/platform/line/channel";
import { createSlackApp } from "@henji/core/platform/slack/app";
import { createLineSimulator } from "@henji/line-simulator";
import { createModelSimulator } from "@henji/model-simulator";
import { connectAws } from "@henji/operator/doctor/aws";
import { checks } from "@henji/operator/doctor/checks";
import { examine, type Result } from "@henji/operator/doctor/examine";
import type { Subject } from "@henji/operator/doctor/subject";
import { createSlackSimulator } from "@henji/slack-simulator";
import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import { healthyStage, links, serveStage, slackLinks } from "../stage.ts";

export type World = ReturnType<typeof healthy>;

/** A deployed stage that is fine, to be broken. */
function healthy() {
  const line = createLineSimulator({
    channelSecret: links.LineChannelSecret.value,
    channelAccessToken: links.LineChannelAccessToken.value,
    webhookUrl: links.Ingress.url,
    botName: "Henji",
    monthlyQuota: 200,
    fetch: async () => new Response(null, { status: world.webhookAnswers }),
  });
  const world = {
    aws: healthyStage(),
    links: structuredClone(links) as Record<string, Record<string, string>>,
    line,
    webhookAnswers: 200,
    /** All, if it is not set. */
    models: undefined as string[] | undefined,
    /** What OpenAI answers in place of a model. */
    modelFault: undefined as number | undefined,
    bot: { instructions: "Hello." } as object,
    /** Vector stores, each with so many files. */
    stores: {} as Record<string, number>,
    /** That the Slack app has; all, if it is not set. */
    slackScopes: undefined as string | undefined,
    /** What its ingress answers; as Slack wants it, if it is not set. */
    slackUrlAnswers: undefined as number | undefined,
    machine: { node: "24.7.0", npm: "11.5.1" as string | undefined, skewMs: 0 },
  };
  return world;
}

/** What is read of a link, if nothing else is asked for; of the others, their first. */
const defaults: Record<string, string> = { Ingress: "url", SlackIngress: "url", App: "stage" };

/** A stage that is fine before each test, and `doctor`, which examines it. */
export function useDoctor() {
  let world: World;
  beforeEach(() => {
    world = healthy();
  });

  let served: Awaited<ReturnType<typeof serveStage>>;
  beforeAll(async () => {
    served = await serveStage(() => world.aws);
    for (const [name, value] of Object.entries(served.env)) vi.stubEnv(name, value);
  });
  afterAll(() => served.close());

  async function doctor(change: Partial<Subject> = {}): Promise<Result[]> {
    const { line, models, modelFault, bot, stores, machine } = world;
    const link: Subject["link"] = (name, property) => {
      const linked = world.links[name] ?? {};
      return linked[property ?? defaults[name] ?? Object.keys(linked)[0]!] ?? "";
    };
    const model = createModelSimulator({ ...(models && { models }) });
    if (modelFault) model.faults.add({ times: 9, fault: { kind: "status", status: modelFault, code: null } });
    const { knowledge } = model;
    for (const [id, files] of Object.entries(stores)) {
      const store = knowledge.addStore("", id);
      for (let n = 0; n < files; n += 1) {
        const bytes = new TextEncoder().encode("Hello.");
        knowledge.read(
          knowledge.attach(store, knowledge.addFile({ name: "a.md", purpose: "assistants", bytes })),
        );
      }
    }
    const slack = slackOf(world);
    const aws = connectAws(change.isLocal ?? false);
    try {
      return await examine(checks, {
        ...{ isLocal: false, stage: link("App"), link, aws },
        loadBot: async () => defineBot(bot as Parameters<typeof defineBot>[0]),
        channel: () =>
          createChannel({
            channelAccessToken: link("LineChannelAccessToken"),
            clock: systemClock,
            fetch: (input, init) => line.fetch(new Request(input, init)),
          }),
        slackApp: () =>
          createSlackApp({
            ...{ botToken: link("SlackBotToken"), signingSecret: link("SlackSigningSecret") },
            clock: systemClock,
            baseUrl: "https://slack.test/api",
            fetch: (input, init) => slack(new Request(input, init)),
          }),
        checkAccess: (apiKey, name, signal) => checkModelAccess({ apiKey, fetch: model.fetch }, name, signal),
        searchableFiles: (apiKey, store, signal) =>
          countSearchable({ apiKey, fetch: model.fetch }, store, signal),
        machine: { ...machine, now: () => (world.aws.date ?? 0) + machine.skewMs },
        ...change,
      });
    } finally {
      aws.close();
    }
  }

  return {
    doctor,
    get world() {
      return world;
    },
  };
}

/** Slack, and the URL that it sends events to. */
function slackOf({ slackScopes: scopes, slackUrlAnswers }: World) {
  const slack = createSlackSimulator({ signingSecret: "slack-secret", botToken: "slack-token", scopes });
  return async (request: Request): Promise<Response> => {
    if (request.url !== slackLinks.SlackIngress.url) return slack.fetch(request);
    if (slackUrlAnswers !== undefined) return new Response(null, { status: slackUrlAnswers });
    const { challenge } = (await request.json()) as { challenge: string };
    return new Response(challenge);
  };
}

/** The same stage with its bot on these platforms. */
export function goOn(world: World, platforms: string[]): void {
  world.bot = { instructions: "Hello.", platforms };
  if (platforms.includes("slack")) Object.assign(world.links, structuredClone(slackLinks));
  if (platforms.includes("line")) return;
  for (const name of ["Ingress", "LineChannelSecret", "LineChannelAccessToken"]) delete world.links[name];
}

/** The checks that ended so. */
export function named(results: readonly Result[], status: Result["status"]): string[] {
  return results.filter((result) => result.status === status).map(({ name }) => name);
}
