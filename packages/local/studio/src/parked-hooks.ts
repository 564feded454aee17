import { useEffect, useRef, useState } from "preact/hooks";
import type {
  Depths,
  ParkedHistory,
  ParkedList,
  ParkedResult,
  ParkedVerb,
  ReplayPlan,
} from "../../src/parked-view.ts";
import {
  changeParked,
  lookForParked,
  planReplay,
  Refusal,
  readDepths,
  readHistory,
  readParked,
} from "./client.ts";

const DEPTHS_EVERY_MS = 2_000;

/** Read every few seconds while the page is visible; undefined until then. */
export function useDepths(): Depths | undefined {
  const [depths, setDepths] = useState<Depths>();
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      if (!document.hidden) {
        // After a failure the last numbers stay; a lost connection has its banner.
        const next = await readDepths(stop.signal).catch(() => undefined);
        if (next) setDepths(next);
      }
      if (!stop.signal.aborted) timer = setTimeout(read, DEPTHS_EVERY_MS);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);
  return depths;
}

/** The list as the server knows it; read again with each version of it. */
export function useParkedList(version: number, limit: number, also: string | undefined) {
  const [list, setList] = useState<ParkedList>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    readParked(limit, also, stop.signal).then(
      (next) => {
        setList(next);
        setBroken(false);
      },
      () => stop.signal.aborted || setBroken(true),
    );
    return () => stop.abort();
  }, [version, limit, also]);
  return { list, isBroken };
}

/** Lets the server look anew: when the list is opened, and by hand. */
export function useLook(): { isLooking: boolean; look: () => void } {
  const [isLooking, setLooking] = useState(false);
  const look = () => {
    setLooking(true);
    lookForParked()
      .catch(() => {})
      .finally(() => setLooking(false));
  };
  useEffect(look, []);
  return { isLooking, look };
}

/** `gone`: it is not parked any more. */
export function useHistory(id: string, version: number): ParkedHistory | "gone" | undefined {
  const [history, setHistory] = useState<ParkedHistory | "gone">();
  useEffect(() => {
    const stop = new AbortController();
    readHistory(id, stop.signal).then(setHistory, (error) => {
      if (error instanceof Refusal && error.status === 404) setHistory("gone");
    });
    return () => stop.abort();
  }, [id, version]);
  return history;
}

/** What came of the last thing that was asked for. */
export type Outcome =
  | { kind: "plan"; plan: ReplayPlan }
  | { kind: "result"; verb: ParkedVerb; result: ParkedResult }
  | { kind: "pending" | "busy" | "failed" };

export type Ids = readonly string[] | "all";

/** `at`: when, in epoch milliseconds. `count`: how many were listed then. */
type Said = { outcome?: Outcome | undefined; at: number; count?: number | undefined };

const nothing: Said = { at: 0 };

/** @param list as it is now: what was said of an older one is taken back */
export function useParkedChange(list: ParkedList | undefined) {
  const [{ outcome, at, count }, setState] = useState<Said>(nothing);
  const latest = useRef(list);
  latest.current = list;
  const setOutcome = (next: Outcome | undefined) =>
    setState({ outcome: next, at: Date.now(), count: latest.current?.count });
  const isStale =
    outcome !== undefined &&
    (list?.shown.some(({ parkedAt }) => parkedAt > at) || (outcome.kind === "plan" && list?.count !== count));
  useEffect(() => {
    if (isStale) setState(nothing);
  }, [isStale]);
  const settle = (result: Promise<Outcome>) =>
    void result.then(setOutcome, (error) =>
      setOutcome({ kind: error instanceof Refusal && error.status === 409 ? "busy" : "failed" }),
    );
  return {
    outcome,
    plan(ids: Ids) {
      setOutcome({ kind: "pending" });
      settle(planReplay(ids).then((plan) => ({ kind: "plan", plan })));
    },
    change(verb: ParkedVerb, ids: Ids, force = false) {
      setOutcome(undefined);
      settle(changeParked(verb, ids, force).then((result) => ({ kind: "result", verb, result })));
    },
  };
}
