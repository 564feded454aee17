import { type ChatStore, createChatStore } from "@henji/core/chat/store";
import type { DeadLetter } from "@henji/core/dead-letter/dead-letter";
import { chatHash } from "@henji/core/log";
import type { TurnItem } from "@henji/core/turn/entity";
import { look } from "../dead/list.ts";
import type { Session } from "../environment.ts";
import { iso, whole } from "../format.ts";
import { chatIdOf, nothingStored } from "./find.ts";
import { pagesOf } from "./stored.ts";

type Record = { chat: unknown } | { turn: unknown } | { letter: unknown };

/** Everything that is stored of a chat, page by page. */
export async function exportChat(session: Session, name: string): Promise<number | undefined> {
  const { stage, terminal } = session;
  const chatId = await chatIdOf(session, name);
  const store = createChatStore(stage.table());
  const { all } = chatId === undefined ? { all: [] } : await look(session);
  const letters = all.filter((letter) => letter.chatId === chatId);
  const records = chatId === undefined ? undefined : await recordsOf(store, chatId, letters);
  if (!records) return nothingStored(session, name);
  terminal.note("This prints what was said.");
  let turns = 0;
  const counted = async function* () {
    for await (const record of records) {
      if ("turn" in record) turns += 1;
      yield record;
    }
  };
  await terminal.stream(terminal.isJson ? oneDocument(counted()) : jsonLines(counted()));
  terminal.note(`${whole(turns)} turns.`);
  return undefined;
}

/** @returns nothing if nothing is stored */
async function recordsOf(
  store: ChatStore,
  chatId: string,
  letters: readonly DeadLetter[],
): Promise<AsyncGenerator<Record> | undefined> {
  const [chat, { turns }] = await Promise.all([
    store.read(chatId),
    store.query(chatId, { order: "desc", limit: 2 }),
  ]);
  if (!chat && turns.length === 0 && letters.length === 0) return undefined;
  return records();

  async function* records(): AsyncGenerator<Record> {
    yield { chat: { ...chat, chatId, hash: chatHash(chatId), exportedAt: iso(Date.now()) } };
    for await (const page of pagesOf(store, chatId)) for (const turn of page) yield { turn: turnOf(turn) };
    for (const { letters: copies, job } of letters) {
      // A parked turn has the job of its letter.
      const said = job === undefined ? {} : { job: read(job) };
      for (const { messageId, sentAt, reason } of copies) {
        yield { letter: { messageId, sentAt: iso(sentAt), reason, ...said } };
      }
    }
  }
}

/** With what is stored as JSON read. */
function turnOf({ question, messages, job, ...turn }: TurnItem) {
  return {
    ...turn,
    ...(question !== undefined && { question: read(question) }),
    ...(messages !== undefined && { messages: read(messages) }),
    ...(job !== undefined && { job: read(job) }),
  };
}

function read(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

async function* jsonLines(records: AsyncIterable<Record>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

/** The lists follow one another as the records do. */
async function* oneDocument(records: AsyncIterable<Record>): AsyncGenerator<string> {
  let list: "turn" | "letter" = "turn";
  let isFirst = true;
  for await (const record of records) {
    if ("chat" in record) {
      yield `{\n"chat": ${JSON.stringify(record.chat)},\n"turns": [`;
      continue;
    }
    if ("letter" in record && list === "turn") {
      yield '\n],\n"letters": [';
      [list, isFirst] = ["letter", true];
    }
    yield `${isFirst ? "" : ","}\n${JSON.stringify("turn" in record ? record.turn : record.letter)}`;
    isFirst = false;
  }
  yield list === "turn" ? '\n],\n"letters": []\n}\n' : "\n]\n}\n";
}
