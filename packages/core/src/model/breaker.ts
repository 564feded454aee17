import { type BreakerOptions, createBreaker } from "../breaker.ts";
import type { Model } from "./model.ts";

const accountErrors = new Set(["model.quota_exhausted", "model.unauthorized", "model.unknown_model"]);

/** Leaves a model alone whose account is out of credit or whose key is dead. */
export function withBreaker(model: Model, options: Pick<BreakerOptions, "clock" | "log">): Model {
  const breaker = createBreaker({ ...options, opensOn: accountErrors, says: "model.breaker_opened" });
  return { ask: (context, asking) => breaker.run(() => model.ask(context, asking)) };
}
