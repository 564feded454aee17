import type { World } from "./world.ts";

/** A broken set-up: what is wrong, how it becomes so, the check that finds it, what it says, and what mends it. */
export type Broken = readonly [
  what: string,
  breaks: (world: World) => void,
  check: string,
  says: RegExp,
  fix: RegExp,
];

export const deploy = /npm run deploy -- --stage test/;
export const redeploy = /^npx sst refresh --stage test && npm run deploy -- --stage test$/;
