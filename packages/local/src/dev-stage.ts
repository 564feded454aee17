import { worker } from "@henji/core/settings";

/** How a stage is reached from the panes of `sst dev`, as `stacks/dev.ts` sets it. */
export type DevStage = {
  /** Where Studio is, or will be. */
  studioUrl: string;
  /** Not set: the stage has a LINE channel of its own. */
  lineSimulatorUrl: string | undefined;
};

/** Reads the environment, and completes it: Studio shows the requests to those URLs only that are set. */
export function readDevStage(): DevStage {
  const { STUDIO_URL: studioUrl, LINE_SIMULATOR_URL: lineSimulatorUrl } = process.env;
  if (!studioUrl) throw new Error("STUDIO_URL is not set: sst dev starts this, and sets it");
  if (lineSimulatorUrl) {
    process.env.LINE_API_BASE_URL = process.env.LINE_DATA_API_BASE_URL = lineSimulatorUrl;
  }
  process.env.LINE_API_BASE_URL ??= "https://api.line.me";
  process.env.OPENAI_BASE_URL ??= "https://api.openai.com/v1";
  return { studioUrl, lineSimulatorUrl };
}

/** What a developer should know who wonders why it works here and not on Lambda, or the other way round. */
export const differences = `Not as in production:
  - AWS lets this worker do what it lets you do: a permission that the Lambda lacks shows only once it is deployed.
  - The time-out is the Lambda's (${worker.timeoutS} s), but a worker that passes it runs on, and memory has no limit.
  - One process has all batches (up to ${worker.maximumConcurrency}), and your laptop's network, clock and time zone.`;
