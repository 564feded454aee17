import type { StepDetail } from "./trace-step.ts";

/** Text that may be cut. */
export type Text = {
  text: string;
  /** Of the whole text; more than `text` has if that was cut. */
  length: number;
};

/** An error, or the error behind it: its words may quote a user. */
export type ErrorNote = { name: string; message: string; code?: string };

/** A request to the model or to a platform, as the handlers sent it. Keys and tokens in headers are not kept. */
export type Exchange = {
  /** Unique; the same when the response comes. */
  id: string;
  eventId: string;
  with: "model" | "line" | "slack";
  method: string;
  /** Without a query. */
  url: string;
  headers: Record<string, string>;
  body: Text | undefined;
  /** Epoch milliseconds. */
  at: number;
  end?: { at: number } & ({ response: Response } | { errors: ErrorNote[] });
};

type Response = { status: number; headers: Record<string, string>; body: Text | undefined };

/** The errors behind a step that went wrong, outermost first. */
export type Explanation = { eventId: string; step: StepDetail["name"]; at: number; errors: ErrorNote[] };

/** What a trace is about: message text included, so it is sent to the page on request only, and never logged. */
export type TraceContent = {
  eventId: string;
  /** The event as its platform sent it, as JSON. */
  event: Text | undefined;
  /** The stored turn, as JSON; undefined if there is none. */
  turn: Text | undefined;
  /** In the order of their requests. */
  exchanges: Exchange[];
  explanations: Explanation[];
};
