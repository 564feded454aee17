import { createLog } from "@henji/core/log";
import type { MediaPart } from "@henji/core/platform/content";
import { attach } from "@henji/core/reply/attach";
import { expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";

const MB = 1024 * 1024;
const pictures = ["1", "2", "3", "4"].map((ref): MediaPart => ({ kind: "image", ref }));

/** @param maxMb of one picture @returns what is fetched for a question of four pictures of so many MB each, and shown */
async function shownOf(mb: number): Promise<{ fetched: string[]; shown: (string | undefined)[] }> {
  const fetched: string[] = [];
  const platform = {
    async fetchMedia(ref: string) {
      fetched.push(ref);
      return { bytes: new Uint8Array(mb * MB), type: "image/jpeg" };
    },
  };
  const request = { question: pictures, again: [], platform, hasBegun: false };
  const media = { ...ownBot.media, pictures: { ...ownBot.media.pictures, maxMb: 8 } };
  const attached = await attach({ ...request, log: createLog({ write: () => {} }) }, { media });
  return { fetched, shown: attached.kind === "attached" ? attached.parts.map(({ ref }) => ref) : [] };
}

test("once what a question may show is full, no further picture is fetched", async () => {
  // Two are fetched side by side: neither is known to be too much before it is there.
  expect(await shownOf(8)).toEqual({ fetched: ["1", "2"], shown: ["1"] });
});

test("as long as there is room, all are fetched", async () => {
  expect(await shownOf(2)).toEqual({ fetched: ["1", "2", "3", "4"], shown: ["1", "2", "3", "4"] });
});
