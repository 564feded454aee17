import { readFileSync, writeFileSync } from "node:fs";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, expect, test } from "vitest";
import { writeBotConfig } from "./bot-config.ts";
import { useDevStage } from "./dev/panes.ts";
import { useDirectory } from "./directory.ts";
import { answersIn, linksOf } from "./support.ts";

const stage = useDevStage();
const directory = useDirectory("test");
beforeEach(() => {
  stage.local.model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  stage.local.model!.faults.clear();
});

let users = 0;
/** A new user writes; the deployed ingress accepts it. */
async function write(...texts: string[]): Promise<{ answers: () => string[] }> {
  users += 1;
  const { line } = stage.local;
  const { userId: from } = line.addUser({ name: `User ${users}` });
  for (const text of texts) {
    const { status } = await line.deliver([line.say({ from, text })]);
    expect(status).toBe(200);
  }
  return { answers: () => answersIn(line, from) };
}

/** Messages of the queue, visible or not. */
async function left(): Promise<number> {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: linksOf(stage.local).EventQueue?.url,
      AttributeNames: ["All"],
    }),
  );
  sqs.destroy();
  return (
    Number(Attributes!.ApproximateNumberOfMessages) +
    Number(Attributes!.ApproximateNumberOfMessagesNotVisible)
  );
}

test("a message that was written while no laptop was there is answered once there is one, once", async () => {
  const { answers } = await write("one", "two");
  expect(answers()).toEqual([]);

  const worker = stage.start("dev-worker.ts");
  await worker.prints("Waiting: 2; in work: 0");
  await expect.poll(left).toBe(0);
  expect(answers()).toEqual(["re: one", "re: two"]);
  // What differs from production is said where one looks first.
  expect(worker.output()).toContain("Not as in production");
  expect(worker.output()).toContain("Worker of stage test, instead of its Lambda, with gpt-");
});

test("a worker that is killed while it works loses nothing, and answers nothing twice", async () => {
  const { model } = stage.local;
  const before = model!.requests.length;
  model!.faults.add({ times: 1, fault: { kind: "hang" } });
  const { answers } = await write("one", "two");
  const first = stage.start("dev-worker.ts");
  await expect.poll(() => model!.requests.length).toBeGreaterThan(before);
  first.child.kill("SIGKILL");
  expect(await first.exit).toBe(null);
  expect(answers()).toEqual([]);
  expect(await left()).toBe(2);

  stage.start("dev-worker.ts");
  await expect.poll(left).toBe(0);
  expect(answers()).toEqual(["re: one", "re: two"]);
});

test("asked to stop, as before a restart, it finishes what is in work and leaves the rest to the next one", async () => {
  const { model } = stage.local;
  const before = model!.requests.length;
  model!.faults.add({ times: 1, fault: { kind: "delay", ms: 2_000 } });
  const { answers } = await write("in work");
  const worker = stage.start("dev-worker.ts");
  await expect.poll(() => model!.requests.length).toBeGreaterThan(before);
  worker.child.kill("SIGTERM");
  // A terminal's Ctrl-C reaches it a second time, through `node --watch`.
  worker.child.kill("SIGINT");
  expect(await worker.exit).toBe(0);
  expect(answers()).toEqual(["re: in work"]);
});

test("it restarts when a file changes that it has loaded, and waits for a file that is broken to be mended", async () => {
  const file = writeBotConfig(directory.path);
  const worker = stage.start("dev-worker.ts", { flags: ["--watch"], env: { TEST_BOT_CONFIG: file } });
  await worker.prints("Worker of stage test");
  const text = readFileSync(file, "utf8");

  writeFileSync(file, text.replace("defineBot({", 'defineBot({ model: { name: "no such setting" ,'));
  await worker.prints("Failed running");
  const { answers } = await write("while it is broken");

  writeFileSync(file, text);
  await expect.poll(answers).toEqual(["re: while it is broken"]);
});
