import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Bot } from "@henji/core/bot";
import { type Channel, linkedChannel } from "@henji/functions/channel";
import { type LinkName, optionalLink } from "@henji/functions/links";
import { checkAccess, searchableFiles } from "@henji/functions/model-access";
import { linkedSlackApp, type SlackApp } from "@henji/functions/slack-app";
import { type CommonOptions, loadBot, localDirectory, localOption } from "../environment.ts";
import { useLocalStage } from "../stage.ts";
import { type Aws, connectAws } from "./aws.ts";
import { NotChecked } from "./finding.ts";

/** What is examined, and how it is asked. */
export type Subject = {
  /** Whether it is the system that `npm start` runs on this machine. */
  isLocal: boolean;
  /** The option that names it. */
  localOption?: string | undefined;
  /** Why it is not running, if it is not; on AWS it always is. */
  notRunning?: string | undefined;
  /** Empty if nothing is linked. */
  stage: string;
  /** Empty if it is not linked. */
  link(name: LinkName, property?: string): string;
  loadBot(): Promise<Bot>;
  channel(): Channel;
  slackApp(): SlackApp;
  /** @throws BotError unless the key may use the model */
  checkAccess(apiKey: string, model: string, signal: AbortSignal): Promise<void>;
  /** How many files of a vector store the key may search. @throws BotError if there is no such store */
  searchableFiles(apiKey: string, store: string, signal: AbortSignal): Promise<number>;
  aws: Aws;
  /** This machine's. */
  machine: { node: string; npm: string | undefined; now(): number };
};

/** What the options name: the system on this machine, or the stage that is linked. */
export function openSubject(root: string, options: CommonOptions): Subject {
  const local = localDirectory(root, options);
  const notRunning = local === undefined ? undefined : useLocal(root, local);
  return {
    isLocal: local !== undefined,
    localOption: localOption(options),
    notRunning,
    stage: optionalLink("App"),
    link: optionalLink,
    loadBot,
    channel: linkedChannel,
    slackApp: linkedSlackApp,
    ...{ checkAccess, searchableFiles },
    aws: connectAws(local !== undefined),
    machine: { node: process.versions.node, npm: npmVersion(), now: Date.now },
  };
}

/** The file holds no key of a real model: that one is where `npm start` looks for it. */
function useLocal(root: string, directory: string): string | undefined {
  try {
    useLocalStage(directory);
  } catch (error) {
    return (error as Error).message;
  }
  const { OPENAI_BASE_URL: baseUrl } = process.env;
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
  if (baseUrl !== undefined) process.env.OPENAI_BASE_URL = baseUrl;
  return undefined;
}

/** Of the npm that runs this script: `npm/11.5.1 node/v24.7.0 linux x64 …`. */
function npmVersion(): string | undefined {
  return /^npm\/(\S+)/.exec(process.env.npm_config_user_agent ?? "")?.[1];
}

/** @throws NotChecked if it is not linked, of which the check of the links tells */
export function linked({ link, notRunning }: Subject, name: LinkName, property?: string): string {
  const value = link(name, property);
  if (value !== "") return value;
  throw new NotChecked(notRunning === undefined ? `${name} is not linked` : "it is not running");
}
