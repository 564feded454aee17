import type { Chats } from "@henji/core/chat/chats";
import type { Answer, Turn } from "@henji/core/turn/turn";
import type { Claim, ClaimRequest, Turns } from "@henji/core/turn/turns";
import type { Totals } from "@henji/core/usage/totals";
import type { DayUsage } from "@henji/core/usage/usage";
import { beforeEach, describe, expect, test } from "vitest";

export type TablePorts = { turns: Turns; chats: Chats; totals: Totals };

const now = 1_800_000_000_000;
const later = now + 60_000;
const expiresAt = now / 1000 + 86_400;
let chats = 0;

const usage: DayUsage = {
  day: "2027-01-15",
  answers: 3,
  inputTokens: 100,
  cachedTokens: 50,
  outputTokens: 20,
  replies: 2,
  pushes: 1,
  refused: false,
  foldVersion: 0,
};

const account = { usage, isFirstOfDay: false };
const handedOver = (by: "reply" | "push", requestId: string | undefined, at: number) => ({
  ...{ by, requestId, at, account },
});

/** What every table must do, whatever it is made of. */
export function tableContract(name: string, open: () => Promise<TablePorts>) {
  describe(`table: ${name}`, () => {
    let ports: TablePorts;
    let chatId: string;
    let events: number;

    beforeEach(async () => {
      ports ??= await open();
      chats += 1;
      chatId = `U${String(chats).padStart(32, "0")}`;
      events = 0;
    });

    function request(change: Partial<ClaimRequest> = {}): ClaimRequest {
      events += change.key ? 0 : 1;
      const eventId = `event-${events}`;
      const key = `${String(now + events).padStart(13, "0")}#${eventId}`;
      const lease = { owner: "first", now, leaseUntil: later, expiresAt, replay: undefined };
      const asked = { question: `question ${events}`, messageId: `M${events}` };
      return { chatId, key, sequence: sequenceOf(events), eventId, ...asked, ...lease, ...change };
    }

    async function claim(change: Partial<ClaimRequest> = {}): Promise<Turn> {
      const claimed = await ports.turns.claim(request(change));
      if (claimed.kind !== "claimed") throw new Error(`not claimed but ${claimed.kind}`);
      return claimed.turn;
    }

    /** The same event, claimed by somebody else. */
    const again = ({ key, eventId, question }: Turn, change: Partial<ClaimRequest> = {}): Promise<Claim> =>
      ports.turns.claim(request({ key, eventId, question, owner: "second", ...change }));

    const afterLease = { now: later + 1, leaseUntil: later + 60_000 };

    const answerWith = (text: string, change: Partial<Answer> = {}): Answer => ({
      messages: [{ type: "text", text }],
      retryKey: "11111111-2222-5333-8444-555555555555",
      way: "reply",
      ...change,
    });

    async function delivered(text: string, at = now, change: Partial<ClaimRequest> = {}): Promise<Turn> {
      const turn = await claim(change);
      const tokens = { question: 3, answer: 5 };
      await ports.turns.answer(turn, answerWith(text), { tokens }, later);
      await ports.turns.delivered(turn, handedOver("reply", "request", at));
      return turn;
    }

    const sequenceOf = (n: number) => String(n).padStart(39, "0");

    const recall = (key = "9", limit = 50, sequence = sequenceOf(events)) =>
      ports.chats.recall({ chatId, key, sequence }, limit, now);
    const lost = { code: "turn.lost", retry: "later" };

    test("the first claim holds the turn", async () => {
      const turn = await claim();
      expect(turn).toMatchObject({
        chatId,
        status: "claimed",
        owner: "first",
        leaseUntil: later,
        attempts: 1,
      });
      expect(turn.question).toBe("question 1");
      expect(turn.answer).toBeUndefined();
    });

    test("while the lease runs nobody else can claim", async () => {
      const turn = await claim();
      expect(await again(turn)).toEqual({ kind: "held", until: later });
    });

    test("a claim whose response was lost may be repeated by its owner, and counts once", async () => {
      const turn = await claim();
      const repeated = await again(turn, { owner: "first" });
      expect(repeated).toMatchObject({ kind: "claimed", turn: { attempts: 1, crashes: 0 } });
      const second = await again(turn, afterLease);
      expect(second).toMatchObject({ turn: { attempts: 2 } });
      expect(await again(turn, afterLease)).toMatchObject({ turn: { attempts: 2 } });
    });

    test("an attempt that is released twice has ended once", async () => {
      const turn = await claim();
      await ports.turns.release(turn, { code: "model.timeout" });
      await ports.turns.release(turn, { code: "model.timeout" });
      await again(turn, { ...afterLease, owner: "second" });
      const third = await again(turn, { now: later + 60_001, leaseUntil: later + 90_000, owner: "third" });
      expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1 } });
    });

    test("after the lease the next worker claims, and the attempts count on", async () => {
      const turn = await claim();
      expect(await again(turn, afterLease)).toMatchObject({
        kind: "claimed",
        turn: { owner: "second", attempts: 2, status: "claimed", question: turn.question },
      });
    });

    test("a released turn can be claimed at once", async () => {
      const turn = await claim();
      await ports.turns.release(turn, { code: "model.timeout" });
      expect(await again(turn)).toMatchObject({ kind: "claimed", turn: { attempts: 2 } });
    });

    test("a stored answer is found again exactly as it was", async () => {
      const turn = await claim();
      const answer = answerWith("😀 𠮷 👩‍👩‍👧‍👦 \uFEFF <|endoftext|> \u0000", { way: "push" });
      expect(await ports.turns.answer(turn, answer, {}, later)).toMatchObject({ status: "answered", answer });
      expect(await again(turn, afterLease)).toMatchObject({ turn: { status: "answered", answer } });
    });

    test("the owner may repeat each of its writes", async () => {
      const turn = await claim();
      const answer = answerWith("once");
      await ports.turns.answer(turn, answer, {}, later);
      await ports.turns.answer(turn, answer, {}, later);
      await ports.turns.usePush(turn);
      await ports.turns.usePush(turn);
      await ports.turns.delivered(turn, handedOver("push", "request", now));
      await ports.turns.delivered(turn, handedOver("push", "request", now));
      expect(await again(turn, afterLease)).toEqual({ kind: "finished", status: "delivered" });
    });

    test("switching to push is remembered", async () => {
      const turn = await claim();
      await ports.turns.answer(turn, answerWith("hello"), {}, later);
      expect(await ports.turns.usePush(turn)).toMatchObject({ answer: { way: "push" } });
      expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { way: "push" } } });
    });

    test("a worker that lost its lease changes nothing", async () => {
      const turn = await claim();
      await again(turn, afterLease);
      const { turns } = ports;
      const writes = [
        () => turns.answer(turn, answerWith("late"), {}, later),
        () => turns.delivered(turn, handedOver("reply", undefined, now)),
        () => turns.park(turn, { code: "late" }, now),
        () => turns.drop(turn, now, account, "unsent"),
        () => turns.release(turn, { code: "late" }),
      ];
      for (const write of writes) await expect(write()).rejects.toMatchObject(lost);
      const third = { owner: "third", now: later + 120_000, leaseUntil: later + 180_000 };
      expect(await again(turn, third)).toMatchObject({ turn: { status: "claimed", attempts: 3 } });
    });

    test("nothing is delivered that was not answered, and nothing delivered changes", async () => {
      const turn = await claim();
      await expect(ports.turns.delivered(turn, handedOver("push", undefined, now))).rejects.toMatchObject(
        lost,
      );
      await expect(ports.turns.usePush(turn)).rejects.toMatchObject(lost);
      const done = await delivered("done");
      for (const write of [
        () => ports.turns.answer(done, answerWith("another"), {}, later),
        () => ports.turns.park(done, { code: "late" }, now),
        () => ports.turns.drop(done, now, account, "unsent"),
        () => ports.turns.release(done, { code: "late" }),
      ]) {
        await expect(write()).rejects.toMatchObject(lost);
      }
    });

    test("a parked turn is finished, for everyone but a replay", async () => {
      const turn = await claim();
      await ports.turns.park(turn, { code: "model.unauthorized" }, now);
      await ports.turns.park(turn, { code: "model.unauthorized" }, now);
      expect(await again(turn, afterLease)).toEqual({ kind: "finished", status: "parked" });
      expect(await again(turn, { ...afterLease, replay: "message" })).toMatchObject({
        kind: "claimed",
        turn: { status: "claimed", attempts: 1, owner: "second" },
      });
      // From here on it is a turn like any other.
      expect(await again(turn, { ...afterLease, owner: "third", now: later + 2 })).toMatchObject({
        kind: "held",
      });
    });

    test("a replay brings a turn back once, however often its message is received", async () => {
      const turn = await claim();
      await ports.turns.park(turn, { code: "model.unavailable" }, now);
      const back = await again(turn, { ...afterLease, replay: "one" });
      if (back.kind !== "claimed") throw new Error(`not claimed but ${back.kind}`);
      await ports.turns.park(back.turn, { code: "model.unavailable" }, now);
      const parked = { kind: "finished", status: "parked" };
      expect(await again(turn, { ...afterLease, owner: "third", replay: "one" })).toEqual(parked);
      expect(await again(turn, { ...afterLease, owner: "third", replay: "two" })).toMatchObject({
        kind: "claimed",
      });
    });

    test("a replay takes a turn from nobody who has brought it back before", async () => {
      const turn = await claim();
      await ports.turns.park(turn, { code: "model.unavailable" }, now);
      const replays = await Promise.allSettled([
        again(turn, { ...afterLease, owner: "one", replay: "one" }),
        again(turn, { ...afterLease, owner: "two", replay: "two" }),
      ]);
      const kinds = replays.map((result) => (result.status === "fulfilled" ? result.value.kind : "lost"));
      expect(kinds.filter((kind) => kind === "claimed")).toHaveLength(1);
    });

    test("an attempt that was not released has crashed", async () => {
      const turn = await claim();
      expect(turn.crashes).toBe(0);
      await ports.turns.release(turn, { code: "model.unavailable" });
      const second = await again(turn);
      expect(second).toMatchObject({ turn: { attempts: 2, crashes: 0 } });
      expect(await again(turn, { ...afterLease, owner: "third" })).toMatchObject({
        turn: { attempts: 3, crashes: 1 },
      });
    });

    test("crashes before the answer was stored are told apart from those behind it", async () => {
      const turn = await claim();
      const second = await again(turn, afterLease);
      if (second.kind !== "claimed") throw new Error(second.kind);
      await ports.turns.answer(second.turn, answerWith("late"), {}, later);
      await ports.turns.release(second.turn, { code: "line.rate_limited" });
      const third = await again(turn, { ...afterLease, owner: "third" });
      expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1, crashesBefore: 1 } });
    });

    test("a replay finds an answer that was stored", async () => {
      const turn = await claim();
      const answer = answerWith("stored", { way: "push" });
      await ports.turns.answer(turn, answer, {}, later);
      await ports.turns.park(turn, { code: "line.unavailable" }, now);
      expect(await again(turn, { ...afterLease, replay: "message" })).toMatchObject({
        turn: { status: "answered", answer },
      });
    });

    test("since when a send is unclear is kept from the first time on", async () => {
      const turn = await claim();
      await ports.turns.release(turn, { code: "line.timeout", unclearSince: now });
      const second = await again(turn);
      if (second.kind !== "claimed") throw new Error(second.kind);
      expect(second.turn).toMatchObject({ unclearSince: now, crashes: 0 });
      await ports.turns.park(second.turn, { code: "line.rate_limited", unclearSince: now + 5 }, now);
      const replayed = await again(turn, { ...afterLease, owner: "third", replay: "message" });
      expect(replayed).toMatchObject({ turn: { unclearSince: now } });
    });

    test("what another turn stands for is dropped while it is parked, and so is what it stood for itself", async () => {
      const first = await claim();
      await ports.turns.park(first, { code: "model.unavailable", apologyBy: "push" }, now);
      expect(await recall()).toMatchObject({
        apologyPushedAt: now,
        unanswered: [{ key: first.key, question: first.question }],
      });
      const second = await claim();
      const repeats = { key: first.key, question: first.question };
      await ports.turns.answer(second, answerWith("never sent", { repeats }), {}, later);
      await ports.turns.park(second, { code: "line.unauthorized" }, now);
      for (let times = 0; times < 2; times += 1) await ports.turns.supersede(second);
      for (const turn of [first, second]) {
        const dropped = { kind: "finished", status: "dropped" };
        expect(await again(turn, { ...afterLease, replay: "message" })).toEqual(dropped);
      }
      expect(await recall()).toMatchObject({ apologyPushedAt: now, unanswered: [] });
      const text = JSON.stringify((await ports.chats.page(chatId, "", "~", now)).turns);
      expect(text).not.toMatch(/question \d|never sent/);
    });

    test("what is not parked is not superseded", async () => {
      const done = await delivered("done");
      const held = await claim();
      for (const turn of [done, held]) await ports.turns.supersede(turn);
      expect((await recall()).turns.map(({ answer }) => answer)).toEqual(["done"]);
      expect(await again(held, afterLease)).toMatchObject({ kind: "claimed" });
      await ports.turns.supersede({ chatId, key: "9999999999999#nobody" });
    });

    test("a replay of what was delivered or dropped finds it finished", async () => {
      const done = await delivered("done");
      expect(await again(done, { replay: "message" })).toEqual({ kind: "finished", status: "delivered" });
      const turn = await claim();
      await ports.turns.drop(turn, now, account, "unsent");
      await ports.turns.drop(turn, now, account, "unsent");
      expect(await again(turn, { ...afterLease, replay: "message" })).toEqual({
        kind: "finished",
        status: "dropped",
      });
    });

    test("a chat is recalled as its answered turns before the one at hand, oldest first", async () => {
      await delivered("a1");
      await delivered("a2");
      const third = await claim();
      const memory = await recall(third.key);
      expect(memory).toMatchObject({ windowStart: "", version: 0 });
      expect(memory.turns.map(({ question, answer, tokens }) => ({ question, answer, tokens }))).toEqual([
        { question: "question 1", answer: "a1", tokens: { question: 3, answer: 5 } },
        { question: "question 2", answer: "a2", tokens: { question: 3, answer: 5 } },
      ]);
      expect((await recall(memory.turns[1]!.key)).turns).toHaveLength(1);
    });

    test("turns of one millisecond stand in the order of the queue, whatever their events' ids are", async () => {
      const turn = (id: string, n: number) => ({ key: `${now}#${id}`, eventId: id, sequence: sequenceOf(n) });
      await delivered("a1", now, turn("c", 1));
      const second = await delivered("a2", now, turn("b", 2));
      await delivered("a3", now, turn("a", 30));
      const answers = async (...at: Parameters<typeof recall>) =>
        (await recall(...at)).turns.map(({ answer }) => answer);
      expect(await answers()).toEqual(["a1", "a2", "a3"]);
      // Not yet stored when it is recalled; and brought back later, when it keeps the place it had.
      expect(await answers(`${now}#d`, 50, sequenceOf(4))).toEqual(["a1", "a2"]);
      expect(await answers(second.key, 50, sequenceOf(40))).toEqual(["a1"]);
      const { turns } = await ports.chats.page(chatId, "", "9", now);
      expect(turns.map(({ past }) => past?.answer)).toEqual(["a1", "a2", "a3"]);
    });

    test("parked and dropped turns and notices are no part of the conversation", async () => {
      const parked = await claim();
      await ports.turns.answer(parked, answerWith("never seen"), {}, later);
      await ports.turns.park(parked, { code: "line.unavailable" }, now + 1);
      const noticed = await claim();
      await ports.turns.answer(noticed, answerWith("too many", { notice: "too_many" }), {}, later);
      await ports.turns.delivered(noticed, handedOver("reply", undefined, now + 2));
      const dropped = await claim();
      await ports.turns.drop(dropped, now + 3, account, "daily_limit");
      const done = await delivered("seen", now + 4);
      const memory = await recall();
      expect(memory.turns.map(({ answer }) => answer)).toEqual(["seen"]);
      expect(memory.finished).toEqual([
        { key: parked.key, finishedAt: now + 1 },
        { key: noticed.key, finishedAt: now + 2, notice: "too_many" },
        { key: dropped.key, finishedAt: now + 3, notice: "daily_limit" },
        { key: done.key, finishedAt: now + 4 },
      ]);
    });

    test("no more than the newest are read", async () => {
      for (let n = 0; n < 6; n += 1) await delivered(`a${n}`);
      expect((await recall()).folding).toBeUndefined();
      const newest = await recall("9", 4);
      expect(newest.turns.map(({ answer }) => answer)).toEqual(["a2", "a3", "a4", "a5"]);
      expect([newest.isWhole, (await recall()).isWhole]).toEqual([false, true]);
      await ports.chats.note(chatId, newest, { windowStart: newest.turns[1]!.key, expiresAt });
      expect((await recall("9", 4)).isWhole).toBe(true);
    });

    test("behind a flood, and for a message brought back late, the conversation is still recalled", async () => {
      for (let n = 0; n < 3; n += 1) await delivered(`a${n}`);
      const late = await claim();
      for (let n = 0; n < 6; n += 1) await ports.turns.drop(await claim(), now, account, "unsent");
      expect((await recall("9", 5)).turns.map(({ answer }) => answer)).toEqual(["a0", "a1", "a2"]);
      for (let n = 0; n < 6; n += 1) await delivered(`b${n}`);
      expect((await recall(late.key, 5)).turns.map(({ answer }) => answer)).toEqual(["a0", "a1", "a2"]);
    });

    test("what has expired is not recalled, deleted or not", async () => {
      const turn = await claim({ expiresAt: now / 1000 - 1 });
      await ports.turns.answer(turn, answerWith("old"), {}, later);
      await ports.turns.delivered(turn, handedOver("reply", undefined, now));
      expect(await recall()).toMatchObject({ turns: [], finished: [] });
    });

    test("a fold that was begun is known to those who come next, until another is", async () => {
      const begun = async (folding: { until: number; version: number }) => {
        const turn = await claim();
        await ports.turns.answer(turn, answerWith("a"), {}, later);
        await ports.turns.delivered(turn, { ...handedOver("reply", undefined, now), folding });
      };
      await begun({ until: later, version: 3 });
      await delivered("a2");
      expect((await recall()).folding).toEqual({ until: later, version: 3 });
      await begun({ until: later + 1, version: 4 });
      expect((await recall()).folding).toEqual({ until: later + 1, version: 4 });
    });

    test("notes are taken only from the version that was read", async () => {
      const { chats: port } = ports;
      const used = { inputTokens: 9, cachedTokens: 8, outputTokens: 7 };
      const notes = (windowStart: string, summary: string) => ({ windowStart, summary, used, expiresAt });
      const none = await port.notes(chatId, now);
      expect(await port.note(chatId, none, notes("k1", "Aki likes tea"))).toBe(true);
      expect(await port.note(chatId, none, notes("k2", "lost"))).toBe(false);
      expect(await recall()).toMatchObject({
        windowStart: "k1",
        summary: "Aki likes tea",
        version: 1,
        fold: { ...used, version: 1 },
      });
      expect(await port.note(chatId, await recall(), notes("k2", "猫が好き😀"))).toBe(true);
      expect(await recall()).toMatchObject({ windowStart: "k2", summary: "猫が好き😀", version: 2 });
    });

    test("notes keep what a change does not name, and are found whatever else is in the chat", async () => {
      await delivered("a1");
      const change = { windowStart: "k1", summary: "tea", unsent: ["M7"], erasedBefore: "k0", expiresAt };
      await ports.chats.note(chatId, await recall(), change);
      await ports.chats.note(chatId, await recall(), { summary: "", expiresAt });
      const notes = {
        ...{ windowStart: "k1", summary: "", unsent: ["M7"] },
        erasedBefore: "k0",
        erasedTo: "",
        version: 2,
      };
      expect(await ports.chats.notes(chatId, now)).toEqual(notes);
      expect(await recall()).toMatchObject(notes);
    });

    test("expired notes say nothing, but keep their version", async () => {
      await ports.chats.note(chatId, await recall(), { summary: "tea", expiresAt: now / 1000 - 1 });
      const nothing = {
        windowStart: "",
        summary: "",
        unsent: [],
        erasedBefore: "",
        erasedTo: "",
        version: 1,
      };
      expect(await ports.chats.notes(chatId, now)).toEqual(nothing);
      expect(await recall()).toMatchObject(nothing);
      // And none of it comes back with the next change.
      expect(await ports.chats.note(chatId, await recall(), { windowStart: "k1", expiresAt })).toBe(true);
      expect(await recall()).toMatchObject({ windowStart: "k1", summary: "" });
    });

    test("a chat is paged through from one turn to another, oldest first, whatever became of its turns", async () => {
      const turns: Turn[] = [];
      for (let n = 1; n <= 6; n += 1) turns.push(await delivered(`a${n}`));
      const dropped = await claim();
      await ports.turns.drop(dropped, now, account, "unsent");
      await delivered("a8");
      const from = turns[1]!.key;
      const found: (string | undefined)[] = [];
      for (let next: string | undefined = from; next !== undefined; ) {
        const page = await ports.chats.page(chatId, next, dropped.key, now);
        found.push(...page.turns.map(({ past, status }) => past?.answer ?? status));
        next = page.next;
      }
      expect(found).toEqual(["a2", "a3", "a4", "a5", "a6", "dropped"]);
    });

    test("an answer that is erased leaves its question; one that is not delivered is erased whole", async () => {
      const done = await delivered("my secret");
      const parked = await claim();
      await ports.turns.answer(parked, answerWith("my secret"), {}, later);
      await ports.turns.park(parked, { code: "line.quota_exhausted" }, now);
      for (const turn of [done, done, parked, parked]) await ports.turns.eraseAnswer(turn);
      const { turns } = await recall();
      expect(turns).toMatchObject([
        { question: done.question, answer: "", tokens: { question: 3, answer: 0 } },
      ]);
      expect((await ports.chats.page(chatId, "", "9", now)).turns).toMatchObject([
        { question: done.question, answer: "", isErased: false },
        { question: "", answer: "", isErased: true },
      ]);
      expect(await again(done, { replay: "message" })).toEqual({ kind: "finished", status: "delivered" });
      expect(await again(parked, { replay: "message" })).toEqual({ kind: "finished", status: "dropped" });
    });

    test("nothing of an erased turn is left but what keeps its event from being answered again", async () => {
      const done = await delivered("my secret");
      await ports.turns.erase(done);
      await ports.turns.erase(done);
      expect(await recall()).toMatchObject({ turns: [], finished: [{ key: done.key }], usages: [usage] });
      const { turns } = await ports.chats.page(chatId, "", "9", now);
      const place = { key: done.key, sequence: done.sequence };
      const nothing = { isErased: true, hasNotice: false, question: "", answer: "" };
      expect(turns).toEqual([{ ...place, status: "delivered", ...nothing }]);
      expect(await again(done, { replay: "message" })).toEqual({ kind: "finished", status: "delivered" });
    });

    test("who holds a turn that is erased has lost it, and a parked one does not come back", async () => {
      const held = await claim();
      await ports.turns.erase(held);
      await expect(ports.turns.answer(held, answerWith("late"), {}, later)).rejects.toMatchObject(lost);
      const parked = await claim();
      await ports.turns.answer(parked, answerWith("never seen"), {}, later);
      await ports.turns.park(parked, { code: "line.unavailable" }, now);
      await ports.turns.erase(parked);
      for (const turn of [held, parked]) {
        expect(await again(turn, { ...afterLease, replay: "message" })).toEqual({
          kind: "finished",
          status: "dropped",
        });
      }
    });

    test("a delivered notice is not kept, and one that was parked can be told apart", async () => {
      const turn = await claim();
      const stored = await ports.turns.answer(turn, answerWith("an export", { notice: "export" }), {}, later);
      const hasNotice = async () => (await ports.chats.page(chatId, "", "9", now)).turns.at(-1)?.hasNotice;
      expect(await hasNotice()).toBe(true);
      await ports.turns.delivered(stored, handedOver("push", undefined, now));
      expect(await again(turn)).toEqual({ kind: "finished", status: "delivered" });
      expect((await recall()).finished).toMatchObject([{ notice: "export" }]);
      expect(await hasNotice()).toBe(false);
    });

    test("a question that was answered once more counts with its last answer", async () => {
      const first = await delivered("a1");
      const turn = await claim();
      const repeats = { key: first.key, question: first.question, messageId: "M1" };
      const stored = await ports.turns.answer(turn, answerWith("better", { repeats }), {}, later);
      expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { repeats } } });
      expect(stored).toMatchObject({ question: "question 1", messageId: "M1" });
      expect((await recall()).turns).toMatchObject([
        { question: "question 1", answer: "better", messageId: "M1" },
      ]);
    });

    test("chats never see each other", async () => {
      await delivered("mine");
      const other = await ports.chats.recall({ chatId: `${chatId}x`, key: "9", sequence: "" }, 50, now);
      expect(other).toMatchObject({ turns: [], finished: [], summary: "", version: 0 });
      expect((await recall("9", 2)).turns.map(({ answer }) => answer)).toEqual(["mine"]);
    });

    test("the day's usage is found with the turns that carry it", async () => {
      await claim();
      const first = await delivered("a1");
      expect((await recall()).usages).toEqual([usage]);
      // Also by a message that was brought back and stands before them.
      expect(await recall(first.key)).toMatchObject({ finished: [], usages: [usage] });
    });

    test("what the model took for a stored answer is known to whoever delivers it", async () => {
      const turn = await claim();
      const used = { inputTokens: 5, cachedTokens: 4, outputTokens: 3 };
      await ports.turns.answer(turn, answerWith("hello"), { usage: used }, later);
      expect(await again(turn, afterLease)).toMatchObject({ turn: { used } });
    });

    test("what is added to a day, in whichever of its items, is in its sum and in no other's", async () => {
      const { totals } = ports;
      const [day, tomorrow] = [`${chatId}-1`, `${chatId}-2`];
      expect(await totals.sum(day)).toBe(0);
      await Promise.all([0, 1, 1, 3].map((shard) => totals.add({ day, shard, tokens: 100 + shard, now })));
      await totals.add({ day: tomorrow, shard: 1, tokens: 7, now });
      expect(await totals.sum(day)).toBe(405);
      expect(await totals.sum(tomorrow)).toBe(7);
    });
  });
}
