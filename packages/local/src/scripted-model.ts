import {
  type Answer,
  type Conversation,
  type Faults,
  type ModelSimulator,
  readNotesRequest,
  standInAnswer,
} from "@henji/model-simulator";

/** What the model says: a text, a call of a tool, or what becomes of the question. */
export type Words = Answer | ((question: Conversation) => Answer | Promise<Answer>);

type Calls = Exclude<Answer, string>;

/**
 * The model calls a tool of the bot, and is asked again with its result:
 * `model.says(calls("order_status", { order: "7" }), "It is on its way.")`. What OpenAI runs itself is part of one
 * answer: `model.says(calls("file_search", { query: "hours" }, "We open at nine."))`.
 */
export function calls(name: string, input: Record<string, unknown>, text?: string): Calls {
  return { calls: [{ name, input }], ...(text !== undefined && { text }) };
}

/**
 * As an answer is written in Studio: `call order_status {"order": "7"}` calls a tool, anything else is a text. What
 * follows on the next lines is said with what OpenAI runs itself.
 */
export function answerWritten(text: string): Answer {
  const whole = callIn(text.trim());
  if (whole) return { calls: [whole] };
  const lines = text.trim().split("\n");
  const asked = lines.map(callIn);
  const end = asked.indexOf(undefined);
  const first = asked.slice(0, end < 0 ? undefined : end).flatMap((call) => call ?? []);
  if (first.length === 0) return text;
  const words = lines.slice(first.length).join("\n").trim();
  return { calls: first, ...(words !== "" && { text: words }) };
}

function callIn(text: string): Calls["calls"][number] | undefined {
  const [, name, input] = /^call ([\w-]+(?:\/[\w.-]+)?) (\{.*\})$/s.exec(text) ?? [];
  if (name === undefined || input === undefined) return undefined;
  try {
    return { name, input: JSON.parse(input) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

export type ScriptedModel = {
  /**
   * The model's answers to the next questions, in their order; the last one answers all that follow. Until
   * then the stand-in answers. It always writes the notes.
   */
  says(...answers: [Words, ...Words[]]): void;
  /** A vector store at OpenAI has these files, by their names, and no others: `file_search` finds them by their words. */
  knows(store: string, files: Record<string, string>): void;
  /** What is said in the next voice messages; until then the stand-in hears that there are some. */
  hears(...words: [string, ...string[]]): void;
  /** OpenAI's moderation flags what has one of these words in it, for a bot with `moderation`; nothing, until then. */
  flags(...words: string[]): void;
  /** The questions that the model was asked, with instructions and context, oldest first; no requests for notes. */
  readonly heard: readonly Conversation[];
  /** How the next requests fail: `faults.add({ times: 1, fault: { kind: "status", status: 503, code: null } })`. */
  faults: Faults;
  /** Forgets what it should say, what it has heard, and its faults. */
  reset(): void;
};

/** @param onError told what a function of {@link Words} has thrown; the bot sees a failing model */
export function scriptModel(model: ModelSimulator, onError: (error: Error) => void): ScriptedModel {
  let script: Words[] = [];
  const heard: Conversation[] = [];

  model.answerWith(async (question) => {
    if (readNotesRequest(question)) return standInAnswer(question);
    heard.push(question);
    const words = script.length > 1 ? script.shift()! : script[0];
    if (words === undefined) return standInAnswer(question);
    if (typeof words !== "function") return known(words, question);
    try {
      return known(await words(question), question);
    } catch (cause) {
      onError(new Error(`The function in model.says failed: ${cause}`, { cause }));
      throw cause;
    }
  });

  /** A call that cannot be made is a mistake in the script; past the last round the model must answer. */
  function known(answer: Answer, { tools, hosted, body }: Conversation): Answer {
    if (typeof answer === "string") return answer;
    if (body.tool_choice === "none") return "The model was to answer, and model.says has nothing but calls.";
    const unknown = answer.calls.find(({ name }) => !tools.includes(name) && !hosted.has(name));
    if (unknown) onError(new Error(`model.says calls ${unknown.name}, which is no tool of the bot`));
    return answer;
  }

  return {
    says(...answers) {
      script = answers;
    },
    knows(store, files) {
      const { knowledge } = model;
      knowledge.stores.delete(store);
      const added = knowledge.addStore("", store);
      for (const [name, text] of Object.entries(files)) {
        const bytes = new TextEncoder().encode(text);
        knowledge.attach(added, knowledge.addFile({ name, purpose: "assistants", bytes }));
      }
    },
    hears(...words) {
      const left = [...words];
      model.listenWith(() => (left.length > 1 ? left.shift()! : left[0]!));
    },
    flags(...words) {
      model.judgeWith(({ text }) => (words.some((word) => text.includes(word)) ? ["violence"] : []));
    },
    heard,
    faults: model.faults,
    reset() {
      script = [];
      heard.length = 0;
      model.listenWith(undefined);
      model.judgeWith(undefined);
      model.faults.clear();
    },
  };
}
