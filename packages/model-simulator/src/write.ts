import type { Fault } from "./faults.ts";
import { listedTools, type Ran, runHosted } from "./hosted.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Conversation } from "./request.ts";
import type { Ending, FunctionCall, Text } from "./response.ts";
import { countTokens, cutToTokens } from "./tokens.ts";

/**
 * A text; or what to call, if the request has it. What OpenAI runs itself, such as `web_search`, is called on the way
 * to `text`; without one, the stand-in says what was found.
 */
export type Answer = string | { calls: readonly FunctionCall[]; text?: string };

/** What it throws becomes a 500. */
export type Answerer = (conversation: Conversation) => Answer | Promise<Answer>;

/** What the model puts out for one request. */
type Written = {
  text: Text | undefined;
  calls?: readonly FunctionCall[];
  /** What OpenAI has run itself. */
  ran?: readonly { type: string }[];
  /** Tokens of what was found, which the model reads too. */
  foundTokens?: number;
  tokens: number;
  ending: Ending;
};

/** Puts out what an answerer says. */
export function createWriter({ newId, knowledge }: { newId: () => string; knowledge: Knowledge }) {
  return write;

  /** The answer, or what a fault and the request's limit leave of it. */
  async function write(
    conversation: Conversation,
    answerer: Answerer,
    fault: Fault | undefined,
  ): Promise<Written> {
    const completed: Ending = { status: "completed" };
    if (fault?.kind === "failed") return { text: undefined, tokens: 0, ending: { status: "failed" } };
    if (fault?.kind === "empty") return { text: undefined, tokens: 0, ending: completed };
    const filtered = fault?.kind === "incomplete" && fault.reason === "content_filter";
    if (filtered)
      return { text: undefined, tokens: 0, ending: { status: "incomplete", reason: "content_filter" } };

    const limit = conversation.body.max_output_tokens ?? Number.POSITIVE_INFINITY;
    const answer = await answerer(conversation);
    const { calls, ran, words } =
      typeof answer === "string" ? { calls: [], ran: [], words: answer } : run(conversation, answer);
    if (calls.length > 0) return call(conversation, calls, ran);
    const whole = await cutToTokens(words, limit);
    const half = Math.ceil(whole.tokens / 2);
    const { text, tokens, cut } = fault?.kind === "incomplete" ? await cutToTokens(whole.text, half) : whole;
    const ending: Ending = cut ? { status: "incomplete", reason: "max_output_tokens" } : completed;
    const cited = ran.reduce<Text & { annotations: unknown[] }>(
      (before, { cite }) => {
        const { text, annotations } = cite(before.text);
        return { text, annotations: [...before.annotations, ...annotations] };
      },
      { text, annotations: [] },
    );
    return { text: cut ? { text } : cited, tokens, ending, ...(await found(conversation, ran)) };
  }

  /** What OpenAI runs itself is run at once, as often as the request allows; what is left are functions. */
  function run(conversation: Conversation, { calls, text }: Exclude<Answer, string>) {
    const { max_tool_calls: most, include } = conversation.body;
    const isHosted = ({ name }: FunctionCall) => conversation.hosted.has(name);
    const asked = calls.filter(isHosted).slice(0, most ?? undefined);
    const ran = asked.flatMap(
      (one) => runHosted(one, conversation, { id: newId(), knowledge, include: include ?? [] }) ?? [],
    );
    const words = text ?? ran.map((one) => one.words).join("\n");
    return { calls: calls.filter((one) => !isHosted(one)), ran, words };
  }

  async function found(
    conversation: Conversation,
    ran: readonly Ran[],
  ): Promise<Pick<Written, "ran" | "foundTokens">> {
    const count = await countTokens();
    return {
      ran: [...listedTools(conversation, newId()), ...ran.map(({ item }) => item)],
      foundTokens: ran.reduce((sum, { result }) => sum + count(result), 0),
    };
  }

  /** What must answer, or does not know the function, cannot call it. */
  async function call(
    conversation: Conversation,
    calls: readonly FunctionCall[],
    ran: readonly Ran[],
  ): Promise<Written> {
    const unknown = calls.find(({ name }) => !conversation.tools.includes(name));
    if (unknown) throw new Error(`The request has no function ${unknown.name} that may be called`);
    const { tokens } = await cutToTokens(JSON.stringify(calls), Number.POSITIVE_INFINITY);
    return {
      text: undefined,
      calls,
      tokens,
      ending: { status: "completed" },
      ...(await found(conversation, ran)),
    };
  }
}
