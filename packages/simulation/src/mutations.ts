import { asking } from "./mutations/asking.ts";
import { groups } from "./mutations/groups.ts";
import { handlers } from "./mutations/handlers.ts";
import { keeping } from "./mutations/keeping.ts";
import { media } from "./mutations/media.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { pacing } from "./mutations/pacing.ts";
import { queueing } from "./mutations/queueing.ts";
import { sending } from "./mutations/sending.ts";
import { slack } from "./mutations/slack.ts";
import { tools } from "./mutations/tools.ts";
import { waiting } from "./mutations/waiting.ts";

/** Deliberate mistakes. Each must be noticed; one that is not is a defect of the simulation. */
export const mutations: readonly Mutation[] = [
  ...sending,
  ...asking,
  ...tools,
  ...handlers,
  ...queueing,
  ...keeping,
  ...groups,
  ...waiting,
  ...pacing,
  ...media,
  ...slack,
];
