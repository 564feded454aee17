/// <reference path="../.sst/platform/config.d.ts" />
import { ingress } from "./ingress";
import { deadLetterQueue, eventQueue } from "./queue";
import { lineSecrets } from "./secrets";
import { conversations } from "./storage";
import { workerLinks } from "./worker";

// What `sst dev` runs on the laptop, each in a pane of its own. Nothing here is deployed.

/** Not those of `npm start`, which may run beside it. */
const studioUrl = "http://127.0.0.1:4670";
const simulatorUrl = "http://127.0.0.1:4671";

const isUnset = ({ value, placeholder }: sst.Secret) =>
  $util.unsecret($util.all([value, placeholder]).apply(([current, simulated]) => current === simulated));

/** Whether the stage has no LINE channel: neither of its two secrets is set. */
const isSimulated = $util
  .all(
    lineSecrets
      ? [isUnset(lineSecrets.channelSecret), isUnset(lineSecrets.channelAccessToken)]
      : [false, false],
  )
  .apply(([noSecret, noToken]) => {
    if (noSecret === noToken) return noSecret;
    const missing = noSecret ? "LineChannelSecret" : "LineChannelAccessToken";
    throw new Error(`Only one secret of the LINE channel is set: set ${missing} too, or remove the other`);
  });

const environment = isSimulated.apply((simulated) => ({
  // A profile's region may be another one.
  AWS_REGION: aws.getRegionOutput().region,
  STUDIO_URL: studioUrl,
  // Not set: LINE itself.
  ...(simulated && { LINE_SIMULATOR_URL: simulatorUrl }),
}));

// Restarted when a file that it has loaded changes; a debugger can attach to it.
new sst.x.DevCommand("LocalWorker", {
  link: workerLinks,
  environment,
  dev: { title: "Worker", command: "node --watch --inspect packages/local/src/dev-worker.ts" },
});

// Studio shows what is said on LINE.
if (ingress && lineSecrets) {
  const { channelSecret, channelAccessToken } = lineSecrets;
  new sst.x.DevCommand("Studio", {
    link: [ingress, conversations, eventQueue, deadLetterQueue, channelSecret, channelAccessToken],
    environment,
    dev: { title: "LINE and Studio", command: "node packages/local/src/dev-studio.ts" },
  });
}
