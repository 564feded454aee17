import { type DescribedLetter, idOf } from "@henji/core/dead-letter/dead-letter";
import { createDescribe } from "@henji/core/dead-letter/describe";
import { chatHash } from "@henji/core/log";
import type { TurnItem } from "@henji/core/turn/entity";
import type { Session } from "../environment.ts";
import { countsOf, timeOf } from "../format.ts";
import { saidIn, saidText } from "../said.ts";
import { stepsOf, stepsText, waitingLines, waitingOf } from "../steps.ts";
import { table } from "../terminal.ts";
import { look } from "./list.ts";
import { operatorsSide } from "./side.ts";
import { describedDocumentOf, wordsOf } from "./words.ts";

/** The whole history of one message. */
export async function show(session: Session, id: string, withText: boolean): Promise<number | undefined> {
  const { stage, terminal, bot } = session;
  const { all } = await look(session);
  const letter = all.find((one) => idOf(one) === id);
  if (!letter) {
    terminal.document({ id, found: false });
    terminal.print(`${id} was not given up on. To see the way of any message: npm run henji -- trace ${id}`);
    return 1;
  }
  const describe = createDescribe(operatorsSide(stage));
  const described = (await describe([letter], withText ? "all" : "facts"))[0]!;
  const { turn } = described;
  const said = turn && withText ? saidIn(turn) : {};
  terminal.document({
    ...describedDocumentOf(described),
    ...(turn && waitingOf(turn)),
    ...{ steps: stepsOf(turn), ...said },
  });
  terminal.print(textOf(described, bot.timeZone));
  if (turn && withText) terminal.print(`\n${saidText(turn)}`);
  else if (turn) terminal.print("\nWhat was said: --show-text");
  return undefined;
}

function textOf(letter: DescribedLetter, timeZone: string): string {
  const { turn, chatId, code, reason, letters, parkedAt, onReplay } = letter;
  const facts = [
    ["event", idOf(letter)],
    ["chat", chatHash(chatId)],
    ["given up on", `${timeOf(parkedAt, timeZone)} (${timeZone})`],
    ["why", `${code}: ${reason}`],
    ["stored answer", answerText(turn)],
    ...(turn ? waitingLines(turn, timeZone) : []),
    [
      "on the queue",
      countsOf(letters.map(() => "letter")) || "no letter is to be seen: the job is stored with its turn",
    ],
    ["a replay", wordsOf(onReplay)],
  ];
  const way = turn?.steps?.length ? stepsText(turn, timeZone) : "No worker has begun it.";
  return `${table(["", ""], facts).trimStart()}\n\n${way}`;
}

function answerText(turn: TurnItem | undefined): string {
  if (turn?.idempotencyKey === undefined) return "none";
  const by = turn.route === "reply" ? "as a reply while its token is fresh, else as a push" : "as a push";
  return `to be sent ${by}`;
}
