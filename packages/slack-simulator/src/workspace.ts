import { createChanges } from "./changes.ts";
import type { Envelope } from "./envelope.ts";
import type { Channel, Message, SlackFile, User } from "./message.ts";

export type WorkspaceOptions = {
  clock: () => number;
  random: () => number;
  /** How long a message is not yet in what the API reads. */
  historyLagMs: () => number;
};

export type Workspace = ReturnType<typeof createWorkspace>;

/** Who is there, and what was written. It has no timer: what is due happens with the next call. */
export function createWorkspace({ clock, random, historyLagMs }: WorkspaceOptions) {
  const users = new Map<string, User>();
  const channels = new Map<string, Channel>();
  const messages = new Map<string, Message[]>();
  const statuses = new Map<string, { status: string; until: number }>();
  const contents = new Map<string, { file: SlackFile; bytes: Uint8Array }>();
  const changes = createChanges();
  let late: { at: number; act: () => void }[] = [];
  let lastTs = 0n;
  let ids = 0;

  const app = { id: "A0HENJI000", botId: "B0HENJI000", userId: "U0HENJIBOT", team: "T0TEAM0000" };

  /** Slack's are no numbers to count with; these are unique, and the same in every run. */
  function newId(kind: string): string {
    ids += 1;
    const part = Math.floor(random() * 36 ** 5).toString(36);
    return `${kind}0${part.padStart(5, "0")}${ids.toString(36).padStart(4, "0")}`.toUpperCase();
  }

  /** Unique and rising. */
  function newTs(): string {
    const now = BigInt(Math.floor(clock())) * 1000n;
    lastTs = now > lastTs ? now : lastTs + 1n;
    return `${lastTs / 1_000_000n}.${String(lastTs % 1_000_000n).padStart(6, "0")}`;
  }

  const in_ = (channel: string) => messages.get(channel) ?? [];

  return {
    ...{ app, users, channels, contents, changes, clock, random, newId, newTs },

    find: (channel: string, ts: string) => in_(channel).find((message) => message.ts === ts),
    all: (channel: string): readonly Message[] => in_(channel),
    /** What the API reads of it. */
    settled: (channel: string): readonly Message[] =>
      in_(channel).filter(({ ts }) => msOf(ts) + historyLagMs() <= clock()),

    add(channel: string, message: Message): void {
      messages.set(channel, [...in_(channel), message]);
      if (message.appId === app.id && message.threadTs) statuses.delete(`${channel} ${message.threadTs}`);
      changes.emit({ type: "message", channel, message });
    },

    remove(channel: string, ts: string): Message | undefined {
      const removed = in_(channel).find((message) => message.ts === ts);
      messages.set(
        channel,
        in_(channel).filter((message) => message !== removed),
      );
      if (removed) changes.emit({ type: "deleted", channel, ts });
      return removed;
    },

    setStatus(channel: string, thread: string, status: string): void {
      const until = clock() + 120_000;
      if (status === "") statuses.delete(`${channel} ${thread}`);
      else statuses.set(`${channel} ${thread}`, { status, until });
      changes.emit({ type: "status", channel, thread, status, until });
    },

    status(channel: string, thread: string): string | undefined {
      const found = statuses.get(`${channel} ${thread}`);
      return found && found.until > clock() ? found.status : undefined;
    },

    emit: (envelope: Envelope) => changes.emit({ type: "event", envelope }),

    later(ms: number, act: () => void): void {
      late.push({ at: clock() + ms, act });
    },

    /** Comes before every call. */
    catchUp(): void {
      const due = late.filter(({ at }) => at <= clock());
      late = late.filter(({ at }) => at > clock());
      for (const { act } of due.sort((a, b) => a.at - b.at)) act();
    },
  };
}

/** Epoch milliseconds. */
function msOf(ts: string): number {
  return Number(ts.replace(".", "").slice(0, 13));
}
