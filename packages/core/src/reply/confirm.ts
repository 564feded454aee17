import type { Texts } from "../bot/texts/texts.ts";
import { pressingData } from "../decide/button.ts";
import { fitted } from "../excerpt.ts";
import type { Button } from "../platform/platform.ts";
import { toolLimits } from "../tool/limits.ts";
import type { Confirming } from "../tool/tool.ts";
import type { ReadyCall } from "./rounds.ts";

/** What a user is asked before these calls run. */
export function confirmText(
  calls: readonly ReadyCall[],
  how: Confirming,
  texts: Pick<Texts, "confirm">,
): string {
  // Each has its share of the room: a user says yes to nothing that they were not shown.
  const most = Math.floor(toolLimits.maxQuestionLength / calls.length) - 2;
  const questions = calls.map((call) => questionOf(call, how) ?? plainQuestion(call, texts));
  return questions.map((text) => fitted(text, most)).join("\n\n");
}

/** In the tool's own words; without them, its user sees all the same what they say yes to. */
function questionOf({ tool, input }: ReadyCall, how: Confirming): string | undefined {
  if (typeof tool.confirm !== "function") return undefined;
  try {
    return tool.confirm(input, how) || undefined;
  } catch {
    return undefined;
  }
}

function plainQuestion({ tool, input }: ReadyCall, { confirm }: Pick<Texts, "confirm">): string {
  const fields = Object.entries(input as object).map(([name, value]) => `${name}: ${shown(value)}`);
  return [confirm, "", tool.name, ...fields].join("\n");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Their user presses one of them. @param key of the turn that asks */
export function confirmButtons(key: string, { confirmYes, confirmNo }: Texts): Button[] {
  const button = (kind: "yes" | "no", text: string): Button => {
    return { label: text, text, data: pressingData({ kind, key, text }) };
  };
  return [button("yes", confirmYes), button("no", confirmNo)];
}
