import type { View, ViewChange } from "../../src/studio-view.ts";

/** As many as the server keeps; older ones are dropped. */
const MAX_TRACES = 500;
const MAX_MESSAGES = 5_000;

export type State = { view: View | undefined; connected: boolean };

export type Action =
  | { type: "view"; view: View }
  | { type: "change"; change: ViewChange }
  | { type: "disconnected" };

export const initial: State = { view: undefined, connected: false };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "view":
      return { view: action.view, connected: true };
    case "disconnected":
      return { ...state, connected: false };
    case "change":
      return state.view ? { ...state, view: apply(state.view, action.change) } : state;
  }
}

function apply(view: View, change: ViewChange): View {
  switch (change.type) {
    case "info":
      return { ...view, info: change.info };
    case "chat":
      return { ...view, chats: upsert(view.chats, change.chat, "id") };
    case "message":
      return { ...view, messages: upsert(view.messages, change.message, "id").slice(-MAX_MESSAGES) };
    case "trace":
      return { ...view, traces: upsert(view.traces, change.trace, "eventId").slice(-MAX_TRACES) };
    case "broken":
      return { ...view, broken: change.broken };
    case "script":
      return { ...view, script: change.script };
    case "parked":
      return { ...view, parked: change.parked };
    case "loading": {
      const { [change.chatId]: _ended, ...loading } = view.loading;
      if (change.until !== undefined) loading[change.chatId] = change.until;
      return { ...view, loading };
    }
  }
}

/** Replaces the item with the same key, or appends. Searches from the end: most changes are to recent items. */
function upsert<K extends string, T extends Record<K, unknown>>(list: T[], item: T, key: K): T[] {
  const index = list.findLastIndex((one) => one[key] === item[key]);
  return index === -1 ? [...list, item] : list.with(index, item);
}
