import type { ModelOptions } from "./model.ts";

/** What a user has sent. */
export type Moderated = {
  text: string;
  /** https, or data URLs. */
  pictures: readonly string[];
};

/** Says whether something may be answered. */
export type Moderator = {
  /** @returns the categories of harm that it falls under, such as `violence`; none, if it may be answered */
  moderate(what: Moderated, signal: AbortSignal): Promise<readonly string[]>;
};

export type ModeratorOptions = Omit<ModelOptions, "settings">;
