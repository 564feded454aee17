import type {
  Depths,
  ParkedHistory,
  ParkedList,
  ParkedResult,
  ParkedVerb,
  ReplayPlan,
} from "../../src/parked-view.ts";
import type { Sendable } from "../../src/studio-sendable.ts";
import type { Broken, ChatMemory, Script, View, ViewChange } from "../../src/studio-view.ts";
import type { TraceContent } from "../../src/trace-content.ts";
import type { Action } from "./state.ts";

/**
 * Subscribes to the view and its changes. After a lost connection the browser reconnects by itself.
 *
 * @returns unsubscribes
 */
export function follow(dispatch: (action: Action) => void): () => void {
  const events = new EventSource("/api/events");
  events.addEventListener("view", ({ data }) => dispatch({ type: "view", view: JSON.parse(data) as View }));
  events.addEventListener("change", ({ data }) =>
    dispatch({ type: "change", change: JSON.parse(data) as ViewChange }),
  );
  events.addEventListener("error", () => dispatch({ type: "disconnected" }));
  return () => events.close();
}

/** Messages are sent one at a time, so that two quick ones arrive in order. */
let last: Promise<unknown> = Promise.resolve();

/** Who writes where; `chatId` is the user's own id in the 1:1 chat with the bot. */
export type Writer = { from: string; chatId: string };

export function sendAs(writer: Writer, content: Sendable): Promise<void> {
  const sent = last.then(async () => {
    await post("/api/send", { ...writer, content });
  });
  last = sent.catch(() => {});
  return sent;
}

export const say = (userId: string, text: string) =>
  sendAs({ from: userId, chatId: userId }, { type: "text", text });

/** @returns the new user's id */
export async function addUser(name: string): Promise<string> {
  const { language } = navigator;
  const response = await post("/api/users", { name, language });
  return ((await response.json()) as { userId: string }).userId;
}

/** @returns the new group's id */
export async function addGroup(name: string, members: readonly string[]): Promise<string> {
  return (await ask<{ chatId: string }>("/api/groups", { name, members })).chatId;
}

/** The bot is invited into a group, or removed. */
export const setJoined = (chatId: string, joined: boolean) => post("/api/groups/joined", { chatId, joined });

/** A user comes into a group, or leaves it. */
export const setMember = (chatId: string, userId: string, member: boolean) =>
  post("/api/groups/members", { chatId, userId, member });

export const unsend = (writer: Writer, messageId: string) => post("/api/unsend", { ...writer, messageId });

/** The bytes of a picture, a recording or a file. */
export const contentUrl = (messageId: string) => `/api/content/${messageId}`;

export const setBlocked = (userId: string, blocked: boolean) => post("/api/block", { userId, blocked });

/** Breaks exactly this, and mends the rest. */
export const setBroken = (broken: Broken) => send("PUT", "/api/broken", broken);

/** What the stand-in says next, in place of what was written before. */
export const setScript = (script: Script) => send("PUT", "/api/script", script);

export const endScript = () => send("DELETE", "/api/script", {});

export const readMemory = (chatId: string, signal: AbortSignal) =>
  read<ChatMemory>(`/api/memory?${new URLSearchParams({ chatId })}`, signal);

export const readContent = (eventId: string, signal: AbortSignal) =>
  read<TraceContent>(`/api/traces/${eventId}`, signal);

export const readParked = (limit: number, also: string | undefined, signal: AbortSignal) =>
  read<ParkedList>(`/api/dead?${new URLSearchParams({ limit: String(limit), also: also ?? "" })}`, signal);

export const readHistory = (id: string, signal: AbortSignal) =>
  read<ParkedHistory>(`/api/dead/${encodeURIComponent(id)}`, signal);

export const readDepths = (signal: AbortSignal) => read<Depths>("/api/queues", signal);

export const lookForParked = () => post("/api/dead/look", {});

export const planReplay = (ids: readonly string[] | "all") =>
  ask<ReplayPlan>("/api/dead/replay", { ids, dryRun: true });

/** Resolves when all of it is done; the view tells how far it is. */
export const changeParked = (verb: ParkedVerb, ids: readonly string[] | "all", force: boolean) =>
  ask<ParkedResult>(`/api/dead/${verb}`, { ids, force });

/** Ends a change after the message at hand. */
export const stopChange = () => post("/api/dead/stop", {});

/** The server has answered, and not with a 2xx. */
export class Refusal extends Error {
  readonly status: number;

  constructor(path: string, status: number) {
    super(`${path} answered ${status}`);
    this.status = status;
  }
}

async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new Refusal(path, response.status);
  return (await response.json()) as T;
}

async function ask<T>(path: string, body: object): Promise<T> {
  return (await (await post(path, body)).json()) as T;
}

const post = (path: string, body: object) => send("POST", path, body);

async function send(method: "POST" | "PUT" | "DELETE", path: string, body: object): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Refusal(path, response.status);
  return response;
}
