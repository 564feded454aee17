import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chatHash } from "@henji/core/log";
import { writeEnvironment } from "@henji/local/environment-file";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../../local/test/directory.ts";
import { henji, type Ran, startHenji } from "./command.ts";
import { useDeadStack } from "./dead-stack.ts";
import { alarms, codes, documentedCodes, headings, marked, root, unmarked } from "./operate-page.ts";

/** They need an account, and are run by nobody here. What else the page has to type must be run. */
const withAccount = [
  "npx sst shell --stage production",
  "npm run henji -- doctor",
  "npm run henji -- connect",
  "npx sst secret list --stage production",
  "npx sst secret set LineChannelSecretPrevious --stage production",
  "npx sst secret set LineChannelSecret --stage production",
  "npx sst secret remove LineChannelSecretPrevious --stage production",
  "npx sst secret set LineChannelAccessToken --stage production",
  "npx sst secret set OpenAiApiKey --stage production",
  "npx sst secret set SlackSigningSecret --stage production",
  "npx sst secret set AlarmEmail --stage production",
  "npm run deploy -- --stage production",
  "npm run dev",
  "aws lambda list-event-source-mappings --function-name henji-production-WorkerFunction-SUFFIX",
  "aws lambda update-event-source-mapping --uuid UUID --no-enabled",
  "aws lambda update-event-source-mapping --uuid UUID --enabled",
  "aws dynamodb describe-continuous-backups --table-name TABLE",
  "aws dynamodb restore-table-to-point-in-time --source-table-name TABLE --target-table-name TABLE-restored --restore-date-time 2026-11-28T03:00:00+09:00",
  "aws dynamodb wait table-exists --table-name TABLE-restored",
  "aws dynamodb update-time-to-live --table-name TABLE-restored --time-to-live-specification Enabled=true,AttributeName=expiresAt",
  "aws dynamodb update-continuous-backups --table-name TABLE-restored --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
  "aws dynamodb update-table --table-name TABLE-restored --deletion-protection-enabled",
];

/** Run by packages/local/test/main.test.ts. */
const runElsewhere = ["npm start", "npm start -- --fresh"];

/** Codes stand for one another: what was given up on here has one of them. */
const withCode = /--code ([\w.]+)/;
const runHere = new Set(
  unmarked
    .filter((line) => ![...withAccount, ...runElsewhere].includes(line))
    .map((line) => line.replace(withCode, "--code CODE")),
);

test("each alarm has its section, to which its description leads, and no section is without an alarm", () => {
  expect(alarms).toHaveLength(24);
  const sections = headings
    .filter((heading) => heading.startsWith("Alarm "))
    .map((heading) => heading.slice(6));
  expect(sections.sort()).toEqual([...alarms].sort());
});

test("the tables of reason codes have every code of core once, and no other", () => {
  expect(codes.size).toBeGreaterThan(30);
  expect([...documentedCodes].sort()).toEqual([...codes].sort());
});

test("codes that are to be typed exist", () => {
  const typed = new Set(unmarked.flatMap((line) => withCode.exec(line)?.[1] ?? []));
  expect(typed.size).toBeGreaterThan(5);
  expect([...typed].filter((code) => code !== "CODE" && !codes.has(code))).toEqual([]);
});

test("commands that need an account are those of the list", () => {
  const inText = unmarked.filter((line) => withAccount.includes(line));
  expect(new Set([...marked, ...inText])).toEqual(new Set(withAccount));
});

describe("every other command does what the page says", () => {
  const directory = useDirectory("file");
  const stack = useDeadStack(directory);
  let event: Awaited<ReturnType<typeof stack.parked>> | undefined;

  test("npm run henji is the operator's command line", () => {
    const { scripts } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
    expect(scripts.henji).toBe("node packages/operator/src/main.ts");
  });

  test.each([...runHere])("%s", async (line) => {
    // Each finds a message that was given up on, as somebody who reads the page has.
    event ??= await stack.parked(stack.addUser());
    const { webhookEventId: id, source } = event;
    const { args, environment } = parse(line, {
      ...{ EVENT: id, CHAT: chatHash((source as { userId: string }).userId), CODE: "model.rejected" },
      ...{ "TABLE-restored": "Conversations", DIR: resolve(root, "examples/clinic/files") },
    });
    const { code, output } = await run(args, environment);
    expect(code).toBe(0);
    expect(output).not.toMatch(/nothing to do|was not given up on|nothing was given up on/i);
    if (args[0] === "dead" && args[1] === "list") expect(output).toContain(id);
    if (!args.includes("--yes")) return;
    await expect.poll(async () => (await stack.turn(event!))?.status).toMatch(/delivered|dropped/);
    event = undefined;
  });

  function parse(line: string, placeholders: Record<string, string>) {
    const [, variable, value = "", typed] =
      /^(?:(\w+)='([^']*)' )?(?:npm run henji --|node packages\/operator\/src\/main\.ts) (.+)$/.exec(line) ??
      [];
    if (typed === undefined) throw new Error(`Neither run nor listed: ${line}`);
    const filled = (text: string) =>
      Object.entries(placeholders).reduce(
        (filling, [name, actual]) => filling.replaceAll(name, actual),
        text,
      );
    const args = filled(typed)
      .split(" ")
      .flatMap((word) => (word === "--local" ? ["--state", directory.path] : word));
    return { args, environment: variable === undefined ? {} : { [variable]: filled(value) } };
  }

  async function run(args: string[], environment: Record<string, string>): Promise<Ran> {
    const local = stack.local();
    if (args.includes("--state")) {
      writeEnvironment(directory.path, local.environment);
      return henji(args, {});
    }
    const { child, ended } = startHenji(args, { ...linksApart(local.environment), ...environment });
    // Until Ctrl-C.
    if (args.join() === "watch") child.stdout!.once("data", () => child.kill("SIGINT"));
    return ended;
  }
});

/** As in the shell of SST: a variable for each link. */
function linksApart({
  SST_RESOURCES_JSON = "{}",
  ...others
}: Record<string, string>): Record<string, string> {
  const links = Object.entries(JSON.parse(SST_RESOURCES_JSON));
  return {
    ...others,
    ...Object.fromEntries(links.map(([name, link]) => [`SST_RESOURCE_${name}`, JSON.stringify(link)])),
  };
}
