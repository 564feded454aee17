import { request } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { startStudio } from "../src/studio.ts";
import { useStudio } from "./page.ts";

const studio = useStudio();
afterEach(() => void vi.restoreAllMocks());

/** Without fetch, which sets Host itself. */
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(`${studio.url}${path}`, { headers }, (response) => {
    response.destroy();
    resolve(response.statusCode);
  })
    .on("error", reject)
    .end();
  return promise;
}

test("the memory of a chat is served to the page, and to no other", async () => {
  const [aki] = studio.line.users();
  const path = `/api/memory?chatId=${aki!.userId}`;
  expect(await (await fetch(`${studio.url}${path}`)).json()).toEqual(studio.memory);
  const { chatId } = studio.line.addGroup({ name: "Lunch", members: [aki!.userId] });
  expect(await statusOf(`/api/memory?chatId=${chatId}`, {})).toBe(200);
  expect(await statusOf("/api/memory?chatId=U0", {})).toBe(404);
  expect(await statusOf("/api/memory", {})).toBe(404);
  expect(await statusOf(path, { "sec-fetch-site": "cross-site" })).toBe(403);
});

test("other web pages can neither read the chats nor write to them", async () => {
  const [aki] = studio.line.users();
  const body = {
    ...{ from: aki!.userId, chatId: aki!.userId },
    content: { type: "text", text: "Hello" },
  };
  expect((await studio.post("/api/send", body, { origin: "https://evil.example" })).status).toBe(403);
  expect((await studio.post("/api/send", body, { origin: "http://localhost:1" })).status).toBe(403);
  expect((await studio.post("/api/send", body, { origin: studio.url })).status).toBe(202);
  // A name of the attacker's own that points to 127.0.0.1.
  expect(await statusOf("/api/events", { host: "evil.example" })).toBe(403);
  expect(await statusOf("/", { host: "evil.example" })).toBe(403);
  expect(await statusOf("/api/events", { "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await statusOf("/api/events", { "sec-fetch-site": "same-origin" })).toBe(200);
});

test("the page is served, and no other file of this repository", async () => {
  const page = await fetch(studio.url);
  expect(page.status).toBe(200);
  const policy = page.headers.get("content-security-policy");
  expect(policy).toContain("frame-ancestors 'none'");
  // Vite's socket on this port is covered by it, which the tests in a browser show: an error there fails them.
  expect(policy).toMatch(/connect-src 'self';/);
  expect(await page.text()).toContain("/src/main.tsx");
  const script = await fetch(`${studio.url}/src/main.tsx`);
  expect(script.headers.get("content-type")).toContain("javascript");
  // Vite says on the console what it refuses.
  vi.spyOn(console, "error").mockImplementation(() => {});
  const root = new URL("../../../", import.meta.url).pathname;
  for (const file of ["package.json", "bot.config.ts", "packages/local/src/studio.ts"]) {
    expect((await fetch(`${studio.url}/@fs${root}${file}`)).ok).toBe(false);
    expect((await fetch(`${studio.url}/@fs${root}${file}?raw`)).ok).toBe(false);
  }
});

test("it stops at once even if a page is open", async () => {
  const other = await startStudio(studio.options);
  // The socket over which Vite reloads the page; a server alone would wait for its end.
  const socket = new WebSocket(other.url.replace("http", "ws"), "vite-hmr");
  const ended = new Promise((resolve) => socket.addEventListener("close", resolve));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  await fetch(`${other.url}/api/events`);
  await other.close();
  await ended;
});

test("a body that is larger than anything it could say is not read", async () => {
  const put = (path: string, bytes: number) =>
    fetch(`${studio.url}${path}`, {
      method: "PUT",
      headers: { "content-type": "application/json", origin: studio.url },
      body: JSON.stringify({ answers: ["x".repeat(bytes)], afterwards: "own" }),
    });
  expect((await put("/api/broken", 70_000)).status).toBe(413);
  const groups = await studio.post("/api/groups/members", {
    chatId: "x".repeat(70_000),
    userId: "U",
    member: true,
  });
  expect(groups.status).toBe(413);
  // The connection may end before all of it is sent.
  const refused = await put("/api/script", 3_000_000).then(
    ({ status }) => status,
    () => 413,
  );
  expect(refused).toBe(413);
});
