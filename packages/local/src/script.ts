import { setTimeout as wait } from "node:timers/promises";
import { type ModelSimulator, standInAnswer } from "@henji/model-simulator";
import { answerWritten, scriptModel, type Words } from "./scripted-model.ts";
import type { Script } from "./studio-view.ts";

export type ScriptInUse = {
  /** What is left to say; undefined: the stand-in speaks for itself. */
  now(): Script | undefined;
  /**
   * Replaces the script, or ends it.
   *
   * @returns false, and nothing has changed, if the model is a real one
   */
  set(script: Script | undefined): boolean;
};

/**
 * What the stand-in model says next, as it is written in Studio.
 *
 * @param onChange called after each answer with what is left to say
 */
export function createScript(
  model: ModelSimulator | undefined,
  onChange: (script: Script | undefined) => void,
): ScriptInUse {
  let current: Script | undefined;

  function change(next: Script | undefined) {
    current = next;
    onChange(next);
  }

  /** One function for each answer: the scripted model takes them in their order, and repeats the last one. */
  function wordsOf({ answers, afterwards, delayS = 0 }: Script): Words[] {
    let mine = current;
    const texts = answers.map((text, index) => async () => {
      const left = answers.slice(index + 1);
      // An answer that was on its way when the script was replaced takes nothing from the new one.
      if (current === mine && (left.length > 0 || afterwards === "own")) {
        mine = left.length > 0 ? { ...mine!, answers: left } : undefined;
        change(mine);
      }
      if (delayS > 0) await wait(delayS * 1000, undefined, { ref: false });
      return answerWritten(text);
    });
    return afterwards === "own" ? [...texts, standInAnswer] : texts;
  }

  return {
    now: () => current,
    set(script) {
      if (!model) return false;
      change(script);
      model.answerWith(undefined);
      if (!script) return true;
      const [first, ...others] = wordsOf(script);
      // None of these functions fails.
      if (first) scriptModel(model, () => {}).says(first, ...others);
      return true;
    },
  };
}
