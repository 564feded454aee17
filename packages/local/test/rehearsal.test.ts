import { expect, test } from "vitest";
import { useStudio } from "./page.ts";

const studio = useStudio();

const put = (broken: object, headers: Record<string, string> = {}) =>
  fetch(`${studio.url}/api/broken`, {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(broken),
  });

const push = async (to: string) => {
  const response = await studio.line.fetch(
    new Request("https://api.line.me/v2/bot/message/push", {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ to, messages: [{ type: "text", text: "Hi" }] }),
    }),
  );
  return response.status;
};

const ask = async () => {
  const response = await studio.model!.fetch("https://api.openai.com/v1/responses", {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-6-luna", input: [{ role: "user", content: "Hello" }] }),
  });
  const { error } = (await response.json()) as { error?: { code: string } };
  return { status: response.status, error };
};

test("a fault replaces the one before, every page hears of it, and nothing is left when it is mended", async () => {
  const { view, changes } = await studio.open();
  expect(view.broken).toEqual({});
  expect((await put({ model: "down" })).status).toBe(204);
  expect((await changes.next()).value).toEqual({ type: "broken", broken: { model: "down" } });
  expect(await ask()).toMatchObject({ status: 503 });
  expect(await ask()).toMatchObject({ status: 503 });
  await put({ model: "outOfCredit", line: "down" });
  expect(await ask()).toMatchObject({ status: 429, error: { code: "insufficient_quota" } });
  expect((await studio.open()).view.broken).toEqual({ model: "outOfCredit", line: "down" });
  const [aki] = studio.line.users();
  expect(await push(aki!.userId)).toBe(500);
  await put({});
  expect([await push(aki!.userId), (await ask()).status]).toEqual([200, 200]);
});

test("faults that others have set stay", async () => {
  studio.model!.faults.add({ times: 5, fault: { kind: "status", status: 418, code: "teapot" } });
  await put({ model: "down" });
  await put({});
  expect(await ask()).toMatchObject({ status: 418 });
  expect(studio.model!.faults.list()).toHaveLength(1);
});

test("a month's quota that is used up refuses pushes, and LINE confirms it", async () => {
  const get = async (path: string) => {
    const headers = { authorization: "Bearer token" };
    return (await studio.line.fetch(new Request(`https://api.line.me${path}`, { headers }))).json();
  };
  await put({ line: "quotaUsedUp" });
  const [aki] = studio.line.users();
  expect(await push(aki!.userId)).toBe(429);
  const { value } = (await get("/v2/bot/message/quota")) as { value: number };
  expect(await get("/v2/bot/message/quota/consumption")).toEqual({ totalUsage: value });
});

test("a token that is refused is refused everywhere", async () => {
  await put({ line: "unauthorized" });
  const [aki] = studio.line.users();
  expect(await push(aki!.userId)).toBe(401);
});

test("what is no fault is refused, and so are other web pages", async () => {
  for (const broken of [{ model: "sleepy" }, { sqs: "down" }, []])
    expect((await put(broken)).status).toBe(400);
  expect((await put({ model: "down" }, { "content-type": "text/plain" })).status).toBe(400);
  expect((await put({ model: "down" }, { origin: "https://evil.example" })).status).toBe(403);
  expect((await studio.open()).view.broken).toEqual({});
});
