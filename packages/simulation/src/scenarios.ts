import { erasing } from "./scenarios/erasing.ts";
import { groups } from "./scenarios/groups.ts";
import { limits } from "./scenarios/limits.ts";
import { media } from "./scenarios/media.ts";
import { modelLimit } from "./scenarios/model-limit.ts";
import { oneChat } from "./scenarios/one-chat.ts";
import { outages } from "./scenarios/outages.ts";
import { owners } from "./scenarios/owners.ts";
import { refusals } from "./scenarios/refusals.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { onSlack } from "./scenarios/slack.ts";
import { slowAnswers } from "./scenarios/slow.ts";
import { slowDeaths } from "./scenarios/slow-deaths.ts";
import { timing } from "./scenarios/timing.ts";

export const scenarios: readonly Scenario[] = [
  ...timing,
  ...outages,
  ...refusals,
  ...oneChat,
  ...limits,
  ...modelLimit,
  ...erasing,
  ...groups,
  ...slowAnswers,
  ...slowDeaths,
  ...media,
  ...owners,
  ...onSlack,
];
