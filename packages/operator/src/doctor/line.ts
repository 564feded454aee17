import { isLow, isSameUrl, isUsedUp } from "@henji/functions/channel";
import { fixesFor } from "../fixes.ts";
import { type Step, switchesOf, useWebhook } from "../line/by-hand.ts";
import { meaningOf } from "../line/test-result.ts";
import type { Check } from "./check.ts";
import { fine, notChecked, wrong } from "./finding.ts";
import { linked, type Subject } from "./subject.ts";

/** @throws NotChecked if there is no token */
function channelOf(subject: Subject) {
  linked(subject, "LineChannelAccessToken");
  return subject.channel();
}

/** Of LINE's refusals, those that the check of the token tells of. */
async function accepted<T>(asking: Promise<T>): Promise<T | undefined> {
  return asking.catch((error) => {
    if (error.code === "line.unauthorized") return undefined;
    throw error;
  });
}

const refused = notChecked("LINE does not accept the token");

export const token: Check = {
  name: "channel access token",
  async run(subject) {
    const info = await accepted(channelOf(subject).info());
    if (info) return fine(`is that of ${info.displayName} (${info.basicId})`);
    if (isDevelopment(subject)) {
      return notChecked(
        "LINE does not know it: npm run dev has the LINE simulator, unless the stage has a channel",
      );
    }
    const fix = fixesFor(subject).setSecret("LineChannelAccessToken");
    return wrong("LINE does not accept it", `issue another in LINE's console, then ${fix}`);
  },
};

/** `sst dev` deploys no alarms; and without a channel, secrets that LINE does not know. */
function isDevelopment({ isLocal, link }: Subject): boolean {
  return !isLocal && link("Alarms") === "";
}

export const webhook: Check = {
  name: "webhook",
  async run(subject) {
    const channel = channelOf(subject);
    const url = linked(subject, "Ingress");
    const { henji } = fixesFor(subject);
    // Without a webhook LINE answers 404; with a refused token, neither.
    if (!(await accepted(channel.info()))) return refused;
    const current = await channel.webhook();
    if (!current) return wrong("the channel has no webhook URL", henji("connect"));
    if (!isSameUrl(current.url, url)) {
      const says = `LINE sends events elsewhere: to ${current.url}`;
      return wrong(says, `if that is no longer wanted: ${henji("connect --replace")}`);
    }
    if (!current.isActive) return wrong("Use webhook is off: LINE sends no events", sayStep(useWebhook));
    return fine(`LINE sends events to ${current.url}`);
  },
};

export const webhookTest: Check = {
  name: "webhook test",
  async run(subject) {
    const channel = channelOf(subject);
    const result = await accepted(channel.testWebhook(linked(subject, "Ingress")));
    if (!result) return refused;
    const { isFine, says, fix = "" } = meaningOf(result, fixesFor(subject));
    return isFine ? fine(says) : wrong(says, fix);
  },
};

export const quota: Check = {
  name: "push quota",
  async run(subject) {
    const current = await accepted(channelOf(subject).quota());
    if (!current) return refused;
    const { limit, used } = current;
    const says = limit === undefined ? `${used} used, no limit` : `${used} of ${limit} used this month`;
    if (!isLow(current)) return fine(says);
    const fix =
      "https://manager.line.biz/: a larger plan; until the month ends, late answers wait for their users' next messages";
    return wrong(isUsedUp(current) ? says : `${says}: the rest is kept`, fix);
  },
};

const byHand = (name: string, pick: (switches: ReturnType<typeof switchesOf>) => Step): Check => ({
  name,
  async run(subject) {
    if (subject.isLocal) return notChecked("the stand-in has no such switch");
    const info = await accepted(channelOf(subject).info());
    return notChecked(`no API knows it: ${sayStep(pick(switchesOf(info?.basicId)))}`);
  },
});

export const redelivery = byHand("webhook redelivery", (switches) => switches.redelivery);
export const autoReply = byHand("auto-reply messages", (switches) => switches.autoReply);

function sayStep({ do: what, where }: Step): string {
  return `${where}: ${what}`;
}
