import { expect, test } from "vitest";
import type { ParkedList } from "../src/parked-view.ts";
import type { View } from "../src/studio-view.ts";
import { freePorts, useNpmStart } from "./npm-start.ts";
import { viewOf } from "./page.ts";

// Windows has no signal that could be sent in place of Ctrl-C.
const testWithSignals = test.skipIf(process.platform === "win32");

const { start } = useNpmStart();

testWithSignals(
  "what was parked in an earlier run is counted, listed, replayed, and answered once",
  async () => {
    const port = await freePorts();
    const studio = `http://127.0.0.1:${port}`;
    const send = (method: "POST" | "PUT", path: string, body: object) =>
      fetch(`${studio}/api/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const say = async (userId: string, text: string) => {
      const content = { type: "text", text };
      const { status } = await send("POST", "send", { from: userId, chatId: userId, content });
      expect(status).toBe(202);
    };
    const list = async () => (await (await fetch(`${studio}/api/dead`)).json()) as ParkedList;
    const said = ({ messages }: View, userId: string) =>
      messages.flatMap(({ chatId, by, content }) =>
        chatId === userId && by === "bot" && content.type === "text" ? content.text : [],
      );

    const first = start(["--port", String(port), "--log", "error"]);
    await first.prints("Studio");
    const users = (await viewOf(studio)).chats.map(({ id }) => id);
    await send("PUT", "broken", { model: "rejecting" });
    for (const userId of users) {
      for (const text of ["one", "two"]) await say(userId, text);
    }
    const all = 2 * users.length;
    await expect.poll(async () => (await list()).count).toBe(all);
    first.child.kill("SIGINT");
    expect(await first.exit).toBe(0);

    const second = start(["--port", String(port)]);
    await second.prints("Studio");
    await expect.poll(async () => (await viewOf(studio)).parked.count).toBe(all);
    const listed = await list();
    expect(listed).toMatchObject({ count: all, codes: [["model.rejected", all]], unseen: 0 });
    for (const { onReplay } of listed.shown) expect(onReplay).toEqual({ kind: "ask" });
    expect(await (await send("POST", "dead/replay", { ids: "all" })).json()).toMatchObject({ done: all });
    for (const userId of users) {
      const answers = async () =>
        said(await viewOf(studio), userId).filter((text) => text.includes("you said"));
      await expect.poll(answers).toHaveLength(2);
      const [one, two] = await answers();
      expect(one).toContain("you said “one”");
      expect(two).toContain("you said “two”");
    }
    expect(await list()).toMatchObject({ count: 0, unseen: 0, shown: [] });
    expect((await viewOf(studio)).parked.count).toBe(0);
    second.child.kill("SIGINT");
    expect(await second.exit).toBe(0);
  },
);
