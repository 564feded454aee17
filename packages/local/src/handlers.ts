import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import type { EventHandler } from "./event-source.ts";
import type { FunctionUrlHandler } from "./function-server.ts";

/**
 * Imports the very handlers that Lambda runs. They read the environment as they load, so it must
 * be set before.
 */
export async function importIngress(): Promise<FunctionUrlHandler> {
  return (await import("@henji/functions/ingress")).handler;
}

let version = 0;
let botConfigUrl: string | undefined;

/** The worker's handler, loaded anew with the present `bot.config.ts`, or with another file in its place. */
export async function importWorker(botConfig?: string): Promise<EventHandler> {
  version += 1;
  botConfigUrl = botConfig && pathToFileURL(botConfig).href;
  const url = `${import.meta.resolve("@henji/functions/worker")}?v=${version}`;
  return (await import(url)).handler as EventHandler;
}

/** What a module with a version imports by path is loaded anew with it: the handler's own files and `bot.config.ts`. */
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const parentVersion = /\?v=\d+$/.exec(context.parentURL ?? "")?.[0];
    if (!parentVersion || !specifier.startsWith(".")) return resolved;
    const url = botConfigUrl && specifier.endsWith("/bot.config.ts") ? botConfigUrl : resolved.url;
    return { ...resolved, url: `${url}${parentVersion}` };
  },
});
