import type { LinkName } from "@henji/functions/links";
import { fixesFor } from "../fixes.ts";
import type { Check } from "./check.ts";
import { fine, NotChecked, wrong } from "./finding.ts";
import { neededBy } from "./platforms.ts";
import type { Subject } from "./subject.ts";

export const running: Check = {
  name: "system",
  async run(subject) {
    const { isLocal, notRunning, stage } = subject;
    if (notRunning !== undefined) return wrong(notRunning, "npm start");
    if (isLocal) return fine("runs on this machine");
    if (stage !== "") return fine(`stage ${stage}`);
    const fix =
      "npx sst shell --stage <stage> -- npm run henji -- doctor, or add --local for what npm start runs";
    if (await isAnyLinked(subject)) {
      const says = "there are links, by SST_RESOURCES_JSON, and no App among them to name the stage";
      return wrong(says, `add "App":{"name":"henji","stage":"<stage>"} to it; or ${fix}`);
    }
    return wrong("no stage is linked: this is not sst shell", fix);
  },
};

export const configuration: Check = {
  name: "bot.config.ts",
  async run({ loadBot }) {
    try {
      const { model } = await loadBot();
      return fine(`is valid; the model is ${model.name}`);
    } catch (error) {
      const { message } = error as Error;
      const [line = ""] = message.split("\n");
      return wrong(
        line.startsWith("bot.config.ts") ? message : `bot.config.ts: ${line}`,
        "edit bot.config.ts",
      );
    }
  },
};

/** What a deployed stage has, whatever its secrets are, and wherever its bot answers. */
const common: readonly LinkName[] = ["EventQueue", "DeadLetterQueue", "Reminders", "Conversations", "Worker"];

async function neededLinks(subject: Subject): Promise<{ resources: LinkName[]; secrets: LinkName[] }> {
  const { ingresses, secrets } = await neededBy(subject);
  return { resources: [...common, ...ingresses], secrets: [...secrets, "OpenAiApiKey"] };
}

async function isAnyLinked(subject: Subject): Promise<boolean> {
  const { resources, secrets } = await neededLinks(subject);
  return [...resources, ...secrets].some((name) => subject.link(name) !== "");
}

export const links: Check = {
  name: "secrets and links",
  async run(subject) {
    const { isLocal, notRunning, link } = subject;
    if (notRunning !== undefined || !(await isAnyLinked(subject))) throw new NotChecked("nothing is linked");
    const { deploy, set } = fixesFor(subject);
    const { resources, secrets } = await neededLinks(subject);
    const missing = resources.filter((name) => link(name) === "" && !(isLocal && name === "Worker"));
    // On this machine, the key of a real model is in .env.
    const unset = isLocal ? [] : secrets.filter((name) => link(name) === "");
    // As by pasting with a line break: LINE and OpenAI would refuse it, and every signature would be wrong.
    const padded = secrets.filter((name) => link(name) !== link(name).trim());
    const says = [
      unset.length > 0 && `not set: ${unset.join(", ")}`,
      padded.length > 0 && `with a space or line break around it: ${padded.join(", ")}`,
      missing.length > 0 && `not deployed: ${missing.join(", ")}`,
    ].filter((one) => one !== false);
    if (says.length === 0) return fine("all there");
    const commands = [...unset, ...padded].map((name) => set(name));
    return wrong(says.join("; "), [...commands, deploy].join(" && "));
  },
};

/** For checks that need it: of a mistake in it the check above tells. */
export async function validBot({ loadBot }: Subject) {
  return loadBot().catch(() => {
    throw new NotChecked("bot.config.ts is not valid");
  });
}
