/**
 * `rejected`: the model answers it with an error for good. `refused`: it declines to read anything with it.
 * `poisonous`: it answers it, and then declines to read anything that comes after it. `crashing`: every process that asks it dies. `hanging`: the
 * model never answers it. `unsend` and `unfollow` are events, the others behind `question` are messages.
 */
export type EventKind =
  | "question"
  | "rejected"
  | "refused"
  | "poisonous"
  | "crashing"
  | "hanging"
  | "retry"
  | "export"
  | "forget"
  | "forgetForSure"
  | "unsend"
  | "unfollow"
  | "not_a_question";

/** What the model never answers. */
export const unasked: readonly EventKind[] = [
  "export",
  "forget",
  "forgetForSure",
  "unsend",
  "unfollow",
  "not_a_question",
];

/** What takes something away and gets no answer. */
export const erasing: readonly EventKind[] = ["unsend", "unfollow"];

export type SimulatedEvent = {
  eventId: string;
  chatId: string;
  kind: EventKind;
  timestamp: number;
  /** The event whose message it unsends. */
  target?: string | undefined;
  webhook: number;
  /** Counts the events as they happen: those of one chat in one webhook keep this order. */
  number: number;
};

export type Violation = { at: number; rule: string; what: string; chatId: string; eventId: string };

/** What became of the events; for reports, not for judgement. */
export type Tally = {
  events: number;
  answered: number;
  noticed: number;
  parked: number;
  redriven: number;
  dropped: number;
  ignored: number;
  erased: number;
  tooOld: number;
  notAccepted: number;
  /** Believed to have arrived because a reply token died younger than core can know. */
  believed: number;
  apologies: number;
  asked: number;
  deaths: number;
};

/** An event and all that has happened to it. */
export type Fate = SimulatedEvent & {
  accepted: boolean;
  /** Place of its first job in the queue. */
  sequence?: number;
  answers: number;
  /** Of its answers and notices. */
  pushes: number;
  /** Epoch milliseconds, of the first. */
  answeredAt?: number;
  notices: number;
  apologies: number;
  /** Codes, one for each time. */
  parkings: string[];
  redriven: boolean;
  replays: number;
  claims: number;
  /** Epoch milliseconds, of the last claim. */
  claimedAt?: number;
  /** Claims before it was brought back. */
  claimsBefore: number;
  /** Attempts since it was brought back that ended with an error. */
  errorEnds: number;
  /** How often a replay took it up again. */
  reclaims: number;
  reclaimedBy?: string;
  /** Questions to the model since it was brought back. */
  asks: number;
  /** The window was moved past it, because the model refused to read what came before it. */
  leftPastBehind: boolean;
  deaths: number;
  /** The event that has its answer, if it was asked again after it was parked. */
  standsIn?: string;
  replySends: number;
  /** It was an event to be passed over, or one that erased something. */
  ignored: boolean;
  /** Nothing that it said may be left. */
  erased: boolean;
  tooOld: boolean;
  tokenDiedEarly: boolean;
  /** Codes of errors that really happened to it. */
  errors: Set<string>;
};

/** Nothing has happened to it yet. */
export function newFate(event: SimulatedEvent): Fate {
  return {
    ...event,
    accepted: false,
    answers: 0,
    pushes: 0,
    notices: 0,
    apologies: 0,
    parkings: [],
    redriven: false,
    replays: 0,
    claims: 0,
    claimsBefore: 0,
    errorEnds: 0,
    reclaims: 0,
    asks: 0,
    leftPastBehind: false,
    deaths: 0,
    replySends: 0,
    ignored: false,
    erased: false,
    tooOld: false,
    tokenDiedEarly: false,
    errors: new Set(),
  };
}
