import { toBotError } from "@henji/core/error";
import { fixesFor } from "../fixes.ts";
import { count } from "../format.ts";
import { storeOf } from "../knowledge/configured.ts";
import type { Check } from "./check.ts";
import { validBot } from "./configuration.ts";
import { fine, NotChecked, notChecked, wrong } from "./finding.ts";
import { linked, type Subject } from "./subject.ts";

export const modelAccess: Check = {
  name: "model",
  async run(subject, signal) {
    const { model, memory } = await validBot(subject);
    const apiKey = keyOf(subject);
    const names = [...new Set([model.name, memory.summaryModel ?? model.name])];
    for (const name of names) {
      try {
        await subject.checkAccess(apiKey, name, signal);
      } catch (cause) {
        const error = toBotError(cause);
        // A restricted key may be allowed to ask and not to look; and what refuses a country knows this machine's.
        if (error.code === "model.forbidden")
          return notChecked("the key may not look at models, which it need not");
        return wrong(`${name}: ${error.message}`, fixOf(error.code, subject));
      }
    }
    return fine(`the key may use ${names.join(" and ")}; whether there is credit shows only when it answers`);
  },
};

/** A store that is gone fails every question of the bot. */
export const fileSearch: Check = {
  name: "file search",
  async run(subject, signal) {
    const store = storeOf(await validBot(subject));
    if (store === undefined) return fine("bot.config.ts has none");
    if (subject.isLocal) return notChecked("the stand-in of this machine has stores of its own");
    const apiKey = keyOf(subject);
    const fix = fixesFor(subject).henji("knowledge sync FOLDER");
    try {
      const files = await subject.searchableFiles(apiKey, store, signal);
      if (files === 0) return wrong(`${store} has no file that can be searched`, fix);
      return fine(`${store} has ${count(files, "file")}`);
    } catch (cause) {
      const { code, message } = toBotError(cause);
      if (code !== "model.tool_rejected") return notChecked(message);
      return wrong(`the key's project has no vector store ${store}, which bot.config.ts names`, fix);
    }
  },
};

function keyOf(subject: Subject): string {
  const { isLocal, link } = subject;
  if (!isLocal) return linked(subject, "OpenAiApiKey");
  const key = link("OpenAiApiKey") || process.env.OPENAI_API_KEY;
  if (key) return key;
  throw new NotChecked("its key is neither in .env nor in the environment");
}

function fixOf(code: string, subject: Subject): string {
  switch (code) {
    case "model.unauthorized":
      return subject.isLocal
        ? "put a key that is alive into .env, and restart npm start"
        : fixesFor(subject).setSecret("OpenAiApiKey");
    case "model.unknown_model":
    case "model.not_found":
      return "name another in bot.config.ts (model.name, memory.summaryModel), or let the key's project use this one";
    default:
      return "is this machine online? https://status.openai.com";
  }
}
