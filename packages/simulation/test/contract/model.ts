import type { Model } from "@henji/core/model/model";
import { beforeEach, describe, expect, test } from "vitest";

export type ModelFault =
  | "rate_limited"
  | "unavailable"
  | "quota_exhausted"
  | "unauthorized"
  | "unknown_model"
  | "context_too_long"
  | "invalid_prompt"
  | "failed"
  | "empty"
  | "content_filter"
  | "cut"
  | "hang"
  | "unreachable";

export type ModelPorts = {
  model: Model;
  answerWith(text: string): void;
  fault(fault: ModelFault): void;
  /** Number of calls that reached the model. */
  calls(): number;
  /** Aborts a call that hangs, as the worker's deadline does. */
  deadline(): AbortSignal;
};

const context = {
  instructions: "Be kind.",
  input: [{ role: "user" as const, content: "Hi" }],
  tokensAtMost: 100,
};

/** What every model must do, in memory or real. */
export function modelContract(name: string, open: () => Promise<ModelPorts>) {
  describe(`model: ${name}`, () => {
    let ports: ModelPorts;
    beforeEach(async () => {
      ports = await open();
    });

    const ask = () =>
      ports.model.ask(context, {
        cacheKey: "chat",
        safetyIdentifier: "0".repeat(64),
        signal: ports.deadline(),
        beforeRequest: async () => {},
      });

    test("an answer has its token usage", async () => {
      ports.answerWith("Hello 😀");
      const answer = await ask();
      expect(answer).toMatchObject({ text: "Hello 😀", cut: false, refused: false });
      expect(answer.usage.inputTokens).toBeGreaterThan(0);
      expect(answer.usage.outputTokens).toBeGreaterThan(0);
    });

    test.each([
      ["rate_limited", { code: "model.rate_limited", retry: "later" }],
      ["unavailable", { code: "model.unavailable", retry: "later" }],
      ["unreachable", { code: "model.unreachable", retry: "later" }],
      ["hang", { code: "model.timeout", retry: "later" }],
      ["failed", { code: "model.no_answer", retry: "later" }],
      ["empty", { code: "model.no_answer", retry: "later" }],
      ["quota_exhausted", { code: "model.quota_exhausted", retry: "never" }],
      ["unauthorized", { code: "model.unauthorized", retry: "never" }],
      ["unknown_model", { code: "model.unknown_model", retry: "never" }],
      ["context_too_long", { code: "model.context_too_long", retry: "never" }],
      ["invalid_prompt", { code: "model.refused", retry: "never" }],
    ] as const)("%s becomes %j, after a single call", async (fault, error) => {
      ports.fault(fault);
      await expect(ask()).rejects.toMatchObject(error);
      expect(ports.calls()).toBe(1);
      expect(await ask()).toMatchObject({ refused: false });
    });

    test("a content filter is a refusal without text", async () => {
      ports.fault("content_filter");
      expect(await ask()).toMatchObject({ text: "", refused: true });
    });

    test("an answer that reaches its limit is the text so far, marked as cut", async () => {
      ports.answerWith("A long answer");
      ports.fault("cut");
      const answer = await ask();
      expect(answer).toMatchObject({ cut: true, refused: false });
      expect(answer.text).not.toBe("");
    });
  });
}
