import { expect, test } from "vitest";
import { bubbles, chat, input, say, useStudio } from "./page.ts";

const studio = useStudio();

test("a message is answered in the chat, and its trace shows each step up to delivered", async () => {
  const page = await studio.open();
  await say(page, "Hello, who are you?");
  await chat(page).getByLabel("Henji is writing").waitFor();
  await bubbles(page, "bot").waitFor();
  expect(await bubbles(page, "user").allTextContents()).toEqual(["Hello, who are you?"]);
  expect(await bubbles(page, "bot").textContent()).toContain("you said “Hello, who are you?”");
  await chat(page).getByText("Read", { exact: true }).waitFor();
  expect(await input(page).inputValue()).toBe("");

  const trace = studio.traces(page).first();
  await trace.getByText("reply · free").waitFor();
  const steps = await trace.locator(".step-name").allTextContents();
  // On a busy machine the loading animation may come too late, which is a warning.
  expect(steps.filter((name) => name !== "Warning")).toEqual([
    ...["Received", "Queued", "Claimed", "Asked", "Answered", "Delivered"],
  ]);
  expect(await trace.textContent()).toMatch(/\d+ in · \d+ cached · \d+ out/);
  expect(await chat(page).getByLabel("Henji is writing").count()).toBe(0);
});

test("a failed webhook and a model error show in the chat and in the trace", async () => {
  studio.local.line.faults.add({ on: "webhook", times: 4, fault: { kind: "status", status: 503 } });
  const page = await studio.open();
  await say(page, "Nobody is listening");
  await chat(page).getByText("Not delivered, 503").waitFor();
  await studio.traces(page).getByText("Not accepted").waitFor();

  studio.local.line.faults.clear();
  studio.local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
  await say(page, "Anybody?");
  const parked = studio.traces(page).and(page.locator('[data-state="parked"]'));
  await parked.waitFor();
  expect(await parked.locator("code").first().textContent()).toMatch(/^model\./);
  await bubbles(page, "bot").getByText("Sorry").waitFor();
});

test("a message and its trace are highlighted together", async () => {
  const page = await studio.open();
  for (const text of ["First", "Second"]) {
    await say(page, text);
    await bubbles(page, "bot").getByText(`you said “${text}”`).waitFor();
  }
  const first = studio.traces(page).filter({ hasText: "First" });
  await bubbles(page, "user").getByText("First").click();
  expect(await first.getAttribute("data-selected")).toBe("true");
  await first.locator(".step-name").getByText("Delivered").waitFor();
  await bubbles(page, "bot").getByText("you said “Second”").hover();
  expect(await studio.traces(page).filter({ hasText: "Second" }).first().getAttribute("data-pointed")).toBe(
    "true",
  );
});
