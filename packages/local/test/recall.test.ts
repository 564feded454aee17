import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { createModelSimulator, type ServedModel, serveModel } from "@henji/model-simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isHit } from "../bench/recall/facts.ts";

const model = createModelSimulator();
let server: ServedModel;

beforeAll(async () => {
  server = await serveModel(model);
});

afterAll(() => server.close());

/** With the stand-in, whatever key the developer has. */
function evaluate(OPENAI_API_KEY: string): Promise<{ code: unknown; out: string; err: string }> {
  const script = resolve(import.meta.dirname, "../bench/recall.ts");
  const env = { ...process.env, OPENAI_API_KEY, OPENAI_BASE_URL: server.url };
  return new Promise((done) => {
    execFile(process.execPath, [script], { env }, (error, out, err) => {
      done({ code: error ? error.code : 0, out, err });
    });
  });
}

test("the evaluation plays, folds, asks and scores, here against the stand-in", async () => {
  const { code, out, err } = await evaluate("simulated");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/English: \d+ turns, of which the notes summarize \d+, rewritten 2 times/);
  expect(out).toContain("| - My car is a green Fiat Panda, 2009\n");
  expect(out).toContain("hit   What is my car?   [Panda]\n      This is Henji's stand-in");
  expect(out).toContain("MISS  What am I saving for?   [cello]");
  expect(out).toContain("hit   私の車は何ですか？   [軽トラ]");
  const hits = out.match(/^hit /gm)!.length;
  const [english, japanese] = [...out.matchAll(/^(?:English|Japanese): (\d+) of 10$/gm)].map(([, n]) =>
    Number(n),
  );
  expect(english! + japanese!).toBe(hits);
  expect(out).toMatch(/24 calls, \$0\.\d{4} by the prices/);
  // Two folds and ten questions for each language.
  expect(model.requests).toHaveLength(24);
});

test("without a key it says so in one line", async () => {
  expect(await evaluate("")).toEqual({
    code: 1,
    out: "",
    err: "OPENAI_API_KEY is not set: put a key into the environment or into a file .env\n",
  });
});

test("when the model cannot be asked, it says why in one line", async () => {
  model.faults.add({ fault: { kind: "status", status: 401, code: "invalid_api_key" } });
  const { code, err } = await evaluate("simulated");
  expect(code).toBe(1);
  expect(err).toBe("Stopped: The notes could not be written: model.unauthorized\n");
});

test("an answer is a hit with all words that are expected, in any width, case or spelling given", () => {
  const question = { ask: "?", expect: ["York", "14|fourteenth"] };
  expect(isHit("To YORK, on the Fourteenth.", question)).toBe(true);
  expect(isHit("Ｙｏｒｋ、５月１４日", question)).toBe(true);
  expect(isHit("To York, on the 15th.", question)).toBe(false);
});
