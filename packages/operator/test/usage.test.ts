import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { chatHash } from "@henji/core/log";
import { dayOf } from "@henji/core/time-zone";
import { writeEnvironment } from "@henji/local/environment-file";
import { type Local, startLocal } from "@henji/local/start";
import { listen } from "@henji/loopback";
import { byChat } from "@henji/operator/usage/text";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useDirectory } from "../../local/test/directory.ts";
import { awayFromMidnight } from "../../local/test/support.ts";
import { henji, startHenji } from "./command.ts";

let local: Local;
const state = useDirectory("file");
let aki: string;
let ben: string;

beforeAll(async () => {
  await awayFromMidnight();
  local = await startLocal();
  writeEnvironment(state.path, local.environment);
  aki = local.line.addUser({ name: "Aki" }).userId;
  ben = local.line.addUser({ name: "Ben" }).userId;
  for (const from of [aki, ben, aki]) await local.line.deliver([local.line.say({ from, text: "Hello" })]);
  await vi.waitFor(async () => expect(JSON.parse((await usage(["--json"])).output).total.answers).toBe(3), {
    timeout: 110_000,
    interval: 200,
  });
}, 180_000);
afterAll(() => local.stop());

const usage = (args: string[] = [], env: Record<string, string> = local.environment) =>
  henji(["usage", ...args], env);

const today = () => dayOf(Date.now(), "Asia/Tokyo");

test("the day's users, the most expensive first, and their total", async () => {
  const { code, output } = await usage();
  expect(code).toBe(0);
  const [first, , head, ...lines] = output.trimEnd().split("\n");
  expect(first).toBe(`${today()} (Asia/Tokyo)`);
  expect(head).toMatch(/^chat +answers +input +cached +output +replies +pushes +refused +cost in \$$/);
  expect(lines[0]).toMatch(new RegExp(`^${chatHash(aki)} +2 .* 0\\.0\\d{4}$`));
  expect(lines[1]).toMatch(new RegExp(`^${chatHash(ben)} +1 `));
  expect(lines[2]).toMatch(/^2 chats +3 .* 3 +0 +0 +0\.0\d{4}$/);
  expect(lines).toHaveLength(3);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([head!.length]));
});

test("what was looked at, heard and searched stands under the table", () => {
  const counts = {
    answers: 1,
    inputTokens: 9,
    cachedTokens: 0,
    outputTokens: 1,
    replies: 1,
    pushes: 0,
    costUsd: 0.1,
  };
  const beside = { media: { pictures: 2, files: 1, voiceSeconds: 90 }, searches: { web: 1_200, files: 1 } };
  const chat = { chat: "0123456789ab", ...counts, ...beside, refused: false };
  const total = { ...counts, ...beside, chats: 1, refused: 0 };
  const text = byChat({ day: "2027-01-15", chats: [chat], total }, "Asia/Tokyo");
  expect(text.split("\n").slice(-2)).toEqual([
    "2 pictures, 1 file, 1.5 minutes of voice (in the cost)",
    "1,200 searches of the web, 1 of files (in the cost)",
  ]);
  const { searches: _, media: __, ...without } = total;
  expect(byChat({ day: "2027-01-15", chats: [chat], total: without }, "Asia/Tokyo")).not.toContain(
    "in the cost",
  );
});

test("LINE's ids are shown only on request", async () => {
  expect((await usage()).output).not.toContain(aki);
  expect((await usage(["--ids"])).output).toContain(aki);
  expect(JSON.parse((await usage(["--json", "--ids"])).output).chats[0].chatId).toBe(aki);
});

test("--days has a line for each day, the newest first", async () => {
  const { output } = await usage(["--days", "3"]);
  const [head, ...lines] = output.trimEnd().split("\n");
  expect(head).toMatch(/^day \(Asia\/Tokyo\) +chats +answers/);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(new RegExp(`^${today()} +2 +3 `));
  expect(lines[2]).toMatch(/ 0 +0\.00000$/);
  const { days } = JSON.parse((await usage(["--days", "2", "--day", "2026-03-01", "--json"])).output);
  expect(days.map(({ day }: { day: string }) => day)).toEqual(["2026-03-01", "2026-02-28"]);
});

test("--local finds the system on this machine by its state directory", async () => {
  const { output } = await usage(["--state", state.path, "--json"], {
    AWS_PROFILE: "somebody-else",
    HENJI_BOT_CONFIG: process.env.HENJI_BOT_CONFIG!,
  });
  expect(JSON.parse(output).total).toMatchObject({ chats: 2, answers: 3 });
});

test("the links of sst shell work too", async () => {
  const { SST_RESOURCES_JSON, ...others } = local.environment;
  const { Conversations } = JSON.parse(SST_RESOURCES_JSON!);
  const env = {
    ...others,
    SST_RESOURCE_App: "{}",
    SST_RESOURCE_Conversations: JSON.stringify(Conversations),
  };
  expect(JSON.parse((await usage(["--json"], env)).output).total.answers).toBe(3);
});

test("days without anybody are no error", async () => {
  expect(await usage(["--day", "2026-01-31"])).toMatchObject({
    ...{ code: 0, output: "Nobody used the bot on 2026-01-31 (Asia/Tokyo).\n" },
  });
  expect((await usage(["--day", "2026-01-31", "--days", "2"])).output).toBe(
    "Nobody used the bot from 2026-01-30 to 2026-01-31 (Asia/Tokyo).\n",
  );
});

test("--help says how it is run", async () => {
  expect((await usage(["--help"], {})).output).toContain("npx sst shell --stage production");
});

describe("an error says in a line or two what is wrong", () => {
  const withTable = (name: string) => ({
    ...local.environment,
    SST_RESOURCES_JSON: JSON.stringify({ Conversations: { name } }),
  });

  test.each<[string, string[], () => Record<string, string>, RegExp, number?]>([
    ["no link", [], () => ({}), /^Conversations is not linked: run npx sst shell .* or add --local/],
    [
      "nothing runs",
      ["--state", "/nowhere"],
      () => ({}),
      /^No Henji runs on \/nowhere: start it with npm start/,
    ],
    [
      "no such day",
      ["--day", "2026-02-29"],
      () => ({}),
      /^--day takes a date such as 20.*, not 2026-02-29/,
      2,
    ],
    ["no date", ["--day", "yesterday"], () => ({}), /^--day takes a date such as 20.*, not yesterday/, 2],
    ["no number", ["--days", "1.5"], () => ({}), /^--days takes a whole number from 1 to 366, not 1\.5/, 2],
    ["an unknown option", ["--dya", "1"], () => ({}), /^error: unknown option '--dya'\n.*--day/, 2],
    [
      "another region",
      [],
      () => withTable("Elsewhere"),
      /no such table in the region AWS_REGION.*sst\.config\.ts/,
    ],
  ])("%s", async (_what, args, env, line, expected = 1) => {
    const { code, output, error } = await usage(args, env());
    expect(error).toMatch(line);
    expect(error.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
    expect(error).not.toMatch(/^ +at /m);
    expect({ code, output }).toEqual({ code: expected, output: "" });
  });

  test("a system that was killed", async () => {
    const stopped = await listen(createServer(), 0);
    await stopped.close();
    const directory = join(state.path, "stopped");
    mkdirSync(directory);
    writeEnvironment(directory, { ...local.environment, AWS_ENDPOINT_URL_DYNAMODB: stopped.url });
    const { code, error } = await startHenji(["usage", "--state", directory], {}).ended;
    expect({ code, error }).toEqual({
      code: 1,
      error: expect.stringMatching(/^No Henji runs on [^\n]*npm start[^\n]*\n$/),
    });
  });
});
