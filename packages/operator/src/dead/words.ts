import {
  type DeadLetter,
  type DescribedLetter,
  idOf,
  type ReplayEffect,
} from "@henji/core/dead-letter/dead-letter";
import { chatHash } from "@henji/core/log";
import { iso } from "../format.ts";

/** What a replay would do, or has done, for people. */
export function wordsOf(effect: ReplayEffect): string {
  switch (effect.kind) {
    case "ask":
      return "asks the model and sends its answer";
    case "send":
      return `sends the stored answer${broughtBy(effect)}`;
    case "send_perhaps_twice":
      return `needs --force: the user may have the answer already${broughtBy(effect)}`;
    case "erase":
      return "erases what the user has taken back";
    case "acknowledge":
      return `only removes it: ${acknowledged[effect.because]}`;
    case "none":
      return none[effect.because];
  }
}

/** A replay sends them too. */
function broughtBy({ brings = 0 }: { brings?: number }): string {
  if (brings === 0) return "";
  return brings === 1 ? ", and one that waits, in front of it" : `, and ${brings} that wait, in front of it`;
}

const acknowledged = {
  gathered: "it is answered together with others",
  delivered: "it was answered",
  dropped: "it gets no answer",
  waiting: "its answer waits for its user",
  carried: "its answer goes out with a later one",
  replayed: "it was replayed",
  ignored: "it asks nothing",
};

const none = {
  unreadable: "cannot: its job cannot be read",
  held: "not now: a worker is at it",
};

/** Why nothing was done about one, and what to do. */
export function reasonFor(because: string): string {
  return because in reasons ? reasons[because as keyof typeof reasons] : because;
}

const reasons = {
  unclear: "the user may have the answer already: --force sends it nevertheless",
  unreadable: "its job cannot be read: deploy a version that can read it, or drop it",
  held: "a worker is at it: try again in a minute",
  job_gone: "its job is not to be found just now: look again",
};

/** For `--json`. */
export function documentOf(letter: DeadLetter) {
  const { chatId, event, letters, code, parkedAt } = letter;
  const head = { id: idOf(letter), chat: chatHash(chatId), kind: event?.kind ?? "unreadable", code };
  return { ...head, parkedAt: iso(parkedAt), letters: letters.length };
}

/** The same with what its turn says. */
export function describedDocumentOf(letter: DescribedLetter) {
  const { turn, reason, attempts, receivedAt, onReplay } = letter;
  return {
    ...documentOf(letter),
    ...{ reason, attempts },
    receivedAt: receivedAt === undefined ? null : iso(receivedAt),
    status: turn?.status ?? null,
    onReplay,
  };
}
