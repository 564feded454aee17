import {
  type Conversation,
  type Faults,
  type ModelSimulator,
  readNotesRequest,
  standInAnswer,
} from "@henji/model-simulator";

/** What the model says: a text, or what becomes of the question. */
export type Words = string | ((question: Conversation) => string | Promise<string>);

export type ScriptedModel = {
  /**
   * The model's answers to the next questions, in their order; the last one answers all that follow. Until
   * then the stand-in answers. It always writes the notes.
   */
  says(...answers: [Words, ...Words[]]): void;
  /** What is said in the next voice messages; until then the stand-in hears that there are some. */
  hears(...words: [string, ...string[]]): void;
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
    if (typeof words === "string") return words;
    try {
      return await words(question);
    } catch (cause) {
      onError(new Error(`The function in model.says failed: ${cause}`, { cause }));
      throw cause;
    }
  });

  return {
    says(...answers) {
      script = answers;
    },
    hears(...words) {
      const left = [...words];
      model.listenWith(() => (left.length > 1 ? left.shift()! : left[0]!));
    },
    heard,
    faults: model.faults,
    reset() {
      script = [];
      heard.length = 0;
      model.listenWith(undefined);
      model.faults.clear();
    },
  };
}
