/** Answers that take long, and wait for their users. */
export const slowEn = {
  told: "said that it takes long; a button brings the answer",
  /**
   * @param hasButton under what the user was told
   * @param until a time of day
   */
  waits: (hasButton: boolean, until: string | undefined) => {
    const tap = hasButton ? "a tap on its button, or for " : "";
    const push = until === undefined ? "" : `, or until it is pushed at ${until}`;
    return `waits for ${tap}the next message${push}`;
  },
  answerWaits: (question: string, waits: string) => `The answer to “${question}” ${waits}.`,
  withWaiting: (n: number) => `with ${n} that waited`,
  with: "with the answer to",
};
