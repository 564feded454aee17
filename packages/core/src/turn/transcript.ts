/** A call of a tool by the model, as its turn keeps it. */
export type StoredCall = {
  /** The model's. */
  id: string;
  name: string;
  /** JSON, as the model wrote it. */
  arguments: string;
  /** The same each time that it runs. */
  idempotencyKey: string;
  /** It writes, and may have run: stored before it runs. Without a result, the outcome is unknown. */
  isBegun?: true;
  /** What its user said, if they were to be asked. */
  consent?: "given" | "declined";
  /** What the model is told of it; until then it is not over. */
  result?: string;
};

export type StoredRound = {
  /** All that the model has put out with the calls, for its own next request. */
  output: readonly unknown[];
  /** What it has said with them, if anything; it is part of the output. */
  text?: string;
  calls: StoredCall[];
};

/**
 * What the model has called before it answers. It is stored with the turn before anything of it runs, so that no
 * attempt after this one runs a call that writes once more.
 */
export type Transcript = { rounds: StoredRound[] };

export const emptyTranscript: Transcript = { rounds: [] };

/** Calls of which a user must say whether they run. */
export type Confirmation = {
  transcript: Transcript;
  /** Epoch milliseconds; after that nothing runs any more. */
  until: number;
};

/** Calls that wait for their user's word, by a turn of late. */
export type RecentConfirmation = {
  senderId: string | undefined;
  until: number;
  /** Key of the turn that has taken them up. */
  takenBy: string | undefined;
};

/** Stored in place of a key, while no other turn has taken the calls up. */
export const NOBODY = "nobody";

/** The transcript with what its user said of the calls that wait for it. */
export function consented(transcript: Transcript, consent: "given" | "declined"): Transcript {
  return withOpenCalls(transcript, { consent });
}

/** The transcript as a turn may go on with it whose calls another has taken up: each of them may have run there. */
export function outcomesUnknown(transcript: Transcript): Transcript {
  return withOpenCalls(transcript, { isBegun: true });
}

function withOpenCalls({ rounds }: Transcript, change: Partial<StoredCall>): Transcript {
  return {
    rounds: rounds.map(({ calls, ...round }) => ({
      ...round,
      calls: calls.map((call) => (call.result === undefined ? { ...call, ...change } : call)),
    })),
  };
}

/** All that was said to tools, with them, and by them. */
export function calledText({ rounds }: Transcript = emptyTranscript): string {
  const texts = rounds.flatMap(({ text, calls }) => {
    return [text, ...calls.flatMap((call) => [call.arguments, call.result])];
  });
  return texts.filter(Boolean).join("\n");
}
