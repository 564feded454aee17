import type { DeadLetterQueue } from "@henji/core/queue/dead-letters";
import type { Inbox, Incoming, Sender } from "@henji/core/queue/sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

export type QueuePorts = {
  sender: Sender;
  inbox: Inbox;
  deadLetterQueue: DeadLetterQueue;
  /** What the event source would pass to the worker now; empty when nothing is available. */
  receive(): Promise<Incoming[]>;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** Bodies and attributes on the dead-letter queue. */
  deadLetters(): Promise<{ body: string; chatId: string; attributes: Record<string, string> }[]>;
  close(): Promise<void>;
};

const signal = new AbortController().signal;

/** What every queue must do, in memory or real. */
export function queueContract(name: string, open: () => Promise<QueuePorts>) {
  describe(`queue: ${name}`, () => {
    let queue: QueuePorts;
    beforeEach(async () => {
      queue = await open();
    });
    afterEach(() => queue.close());

    const send = (...messages: [chatId: string, eventId: string][]) =>
      Promise.all(
        messages.map(([chatId, eventId]) =>
          queue.sender.send([{ chatId, eventId, body: `body of ${eventId}` }], signal),
        ),
      );

    /** Receives until nothing is left: real queues return one message of a chat at a time. */
    async function receiveAll(): Promise<Incoming[]> {
      const received: Incoming[] = [];
      for (;;) {
        const more = await queue.receive();
        if (more.length === 0) return received;
        received.push(...more);
      }
    }

    const bodies = (messages: Incoming[]) => messages.map(({ body }) => body.replace("body of ", ""));

    /** Receives and deletes all messages, in order. */
    async function drain(): Promise<string[]> {
      const order: string[] = [];
      for (;;) {
        const messages = await queue.receive();
        if (messages.length === 0) return order;
        order.push(...bodies(messages));
        await queue.inbox.delete(messages);
      }
    }

    test("a chat's messages come in the order they were sent", async () => {
      for (const n of [1, 2, 3, 4]) await send(["a", `a${n}`], ["b", `b${n}`]);
      const order = await drain();
      expect(order.filter((id) => id.startsWith("a"))).toEqual(["a1", "a2", "a3", "a4"]);
      expect(order.filter((id) => id.startsWith("b"))).toEqual(["b1", "b2", "b3", "b4"]);
    });

    test("while a chat's message is in flight, later ones of that chat are not received, others are", async () => {
      await send(["a", "a1"]);
      const [first] = await queue.receive();
      await send(["a", "a2"], ["b", "b1"]);
      expect(bodies(await receiveAll())).toEqual(["b1"]);
      await queue.inbox.delete([first!]);
      expect(bodies(await receiveAll())).toEqual(["a2"]);
    });

    test("a message has its chat, its body and the count of its receives", async () => {
      await send(["a", "a1"]);
      const [first] = await queue.receive();
      expect(first).toMatchObject({ chatId: "a", body: "body of a1", receiveCount: 1 });
      await queue.inbox.changeVisibility([first!], 0);
      const [second] = await queue.receive();
      expect(second).toMatchObject({ messageId: first!.messageId, receiveCount: 2 });
    });

    test("a message becomes visible after its delay, before the later ones of its chat", async () => {
      await send(["a", "a1"]);
      const [first] = await queue.receive();
      await send(["a", "a2"]);
      await queue.inbox.changeVisibility([first!], 60);
      expect(await receiveAll()).toEqual([]);
      await queue.inbox.changeVisibility([first!], 1);
      await queue.advance(1_100);
      expect(await drain()).toEqual(["a1", "a2"]);
    });

    test("a stale receipt handle is reported, and does not affect the others of its batch", async () => {
      await send(["a", "a1"], ["b", "b1"]);
      const messages = await receiveAll();
      const [first, second] = messages;
      expect(await queue.inbox.changeVisibility([first!], 0)).toEqual([]);
      const refused = { message: first, code: "ReceiptHandleIsInvalid" };
      expect(await queue.inbox.changeVisibility([first!, second!], 0)).toEqual([refused]);
      expect((await drain()).sort()).toEqual(["a1", "b1"]);
    });

    test("a message can be deleted twice", async () => {
      await send(["a", "a1"]);
      const [first] = await queue.receive();
      await queue.inbox.delete([first!]);
      await queue.inbox.delete([first!]);
      await send(["a", "a2"]);
      expect(await drain()).toEqual(["a2"]);
    });

    test("the same event sent again within five minutes is one message", async () => {
      await send(["a", "a1"]);
      await send(["a", "a1"]);
      expect(await drain()).toEqual(["a1"]);
      await send(["a", "a1"]);
      expect(await drain()).toEqual([]);
    });

    test("a parked message is on the dead-letter queue with its reason, once", async () => {
      await send(["a", "a1"]);
      const [first] = await queue.receive();
      const reason = { code: "model.timeout", reason: "too slow", attempts: 5, receivedAt: 1, parkedAt: 2 };
      await queue.inbox.park(first!, reason);
      await queue.inbox.park(first!, reason);
      expect(await queue.deadLetters()).toEqual([
        {
          body: "body of a1",
          chatId: "a",
          attributes: {
            code: "model.timeout",
            reason: "too slow",
            attempts: "5",
            receivedAt: "1",
            parkedAt: "2",
          },
        },
      ]);
    });

    const reason = { code: "model.timeout", reason: "too slow", attempts: 5, receivedAt: 1, parkedAt: 2 };

    test("letters are looked at and released: they stay where they were", async () => {
      await send(["a", "a1"], ["b", "b1"]);
      for (const message of await receiveAll()) await queue.inbox.park(message, reason);
      const { deadLetterQueue } = queue;
      expect(await deadLetterQueue.depth()).toEqual({ waiting: 2, inFlight: 0 });
      const letters = await deadLetterQueue.receive(60, 0);
      letters.push(...(await deadLetterQueue.receive(60, 0)));
      expect(letters.map(({ chatId, body }) => [chatId, body]).sort()).toEqual([
        ["a", "body of a1"],
        ["b", "body of b1"],
      ]);
      for (const letter of letters) expect(letter).toMatchObject({ reason, sentAt: expect.any(Number) });
      expect(await deadLetterQueue.receive(60, 0)).toEqual([]);
      expect(await deadLetterQueue.depth()).toEqual({ waiting: 0, inFlight: 2 });
      await deadLetterQueue.release(letters);
      expect(await deadLetterQueue.depth()).toEqual({ waiting: 2, inFlight: 0 });
    });

    test("letters are deleted while they are hidden; the others stay", async () => {
      await send(["a", "a1"], ["b", "b1"]);
      for (const message of await receiveAll()) await queue.inbox.park(message, reason);
      const { deadLetterQueue } = queue;
      const letters = [...(await deadLetterQueue.receive(60, 0)), ...(await deadLetterQueue.receive(60, 0))];
      const [first, second] = letters;
      expect(await deadLetterQueue.delete([first!])).toBe(0);
      await deadLetterQueue.release([second!]);
      expect(await deadLetterQueue.depth()).toEqual({ waiting: 1, inFlight: 0 });
      expect(await deadLetterQueue.delete([])).toBe(0);
    });
  });
}
