import { checkModelAccess } from "@henji/core/model/access";
import { createModelSimulator } from "@henji/model-simulator";
import { expect, test } from "vitest";

const { signal } = new AbortController();
const check = (apiKey: string, name: string) => {
  const { fetch } = createModelSimulator({ models: ["mine"] });
  return checkModelAccess({ apiKey, fetch }, name, signal);
};

test("a key may use a model that there is", async () => {
  await expect(check("key", "mine")).resolves.toBeUndefined();
});

test.each([
  ["a key that is dead", "invalid", "mine", "model.unauthorized"],
  ["a model that there is not", "key", "other", "model.unknown_model"],
])("%s is an error", async (_what, key, name, code) => {
  await expect(check(key, name)).rejects.toMatchObject({ code });
});

test("OpenAI that does not answer is given up on", async () => {
  const fetch = async () => Response.json({});
  const asking = checkModelAccess({ apiKey: "key", fetch }, "mine", AbortSignal.abort());
  await expect(asking).rejects.toMatchObject({ code: "model.timeout" });
});
