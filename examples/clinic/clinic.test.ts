import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { calls, startHenji } from "@henji/local/testing";
import { afterAll, beforeEach, expect, test } from "vitest";

const folder = join(import.meta.dirname, "files");
const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);

const henji = await startHenji({ botConfig: join(import.meta.dirname, "bot.config.ts") });
beforeEach(() => {
  henji.model.reset();
  henji.model.knows("vs_68f0c1a2b3d4", Object.fromEntries(files));
});
afterAll(() => henji.stop());

test("opening hours are answered from the files, and the answer names the one", async () => {
  henji.model.says(calls("file_search", { query: "opening hours on Saturday" }));
  const [said] = await henji.user("Aki").say("Are you open on Saturday?");
  expect(said).toContain("Saturday: 9:00 to 12:30.");
  expect(said).toMatch(/\n\n\[1\] hours\.txt$/);
});

test("in Japanese too", async () => {
  henji.model.says(calls("file_search", { query: "土曜の診療時間" }));
  const [said] = await henji.user("Aki", { language: "ja" }).say("土曜日は何時までですか");
  expect(said).toMatch(/土曜 9:00〜12:30。.*\[1\] hours-ja\.txt$/s);
});

test("what the model says goes by what was found", async () => {
  henji.model.says(
    calls("file_search", { query: "closed in August" }, "We are closed from August 13 to 15."),
  );
  expect(await henji.user("Aki").say("Are you closed in August?")).toEqual([
    "We are closed from August 13 to 15.\n\n[1] holidays.txt",
  ]);
  expect(henji.traces().at(-1)?.steps).toContainEqual(
    expect.objectContaining({ name: "toolRan", tool: "file_search", outcome: "ok" }),
  );
});
