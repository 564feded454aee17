import { toBotError } from "@henji/core/error";
import { fixesFor } from "../fixes.ts";
import type { Check } from "./check.ts";
import { fine, wrong } from "./finding.ts";
import { platformsOf } from "./platforms.ts";
import { linked, type Subject } from "./subject.ts";

const notThere = fine("the bot is not on Slack");

async function isThere(subject: Subject): Promise<boolean> {
  return (await platformsOf(subject)).includes("slack");
}

/** @throws NotChecked if its secrets are not set */
function appOf(subject: Subject) {
  for (const name of ["SlackBotToken", "SlackSigningSecret"] as const) linked(subject, name);
  return subject.slackApp();
}

export const slackApp: Check = {
  name: "Slack app",
  async run(subject) {
    if (!(await isThere(subject))) return notThere;
    try {
      const { team, user, missing, missingOptional } = await appOf(subject).installed();
      if (missing.length > 0) {
        const fix = `https://api.slack.com/apps, "OAuth & Permissions": add them, and install the app again`;
        return wrong(`it lacks scopes: ${missing.join(", ")}`, fix);
      }
      const without = missingOptional.length > 0 ? `; it does without ${missingOptional.join(", ")}` : "";
      return fine(`is installed in ${team} as ${user}${without}`);
    } catch (error) {
      if (toBotError(error).code !== "slack.unauthorized") throw error;
      const fix = `copy the one of "OAuth & Permissions" at https://api.slack.com/apps, then ${fixesFor(subject).setSecret("SlackBotToken")}`;
      return wrong("Slack does not accept the token", fix);
    }
  },
};

export const slackUrl: Check = {
  name: "Slack request URL",
  async run(subject) {
    if (!(await isThere(subject))) return notThere;
    const url = linked(subject, "SlackIngress");
    const answers = await appOf(subject).answers(url);
    if (answers === true) return fine(`${url} answers as Slack wants it; whether Slack has it, no API tells`);
    const { deploy, setSecret } = fixesFor(subject);
    // A function knows a secret from its next deployment on.
    const fix = answers.includes("401") ? setSecret("SlackSigningSecret") : deploy;
    return wrong(`${url}: ${answers}`, fix);
  },
};
