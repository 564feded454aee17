/** What the stand-in model is made to say. */
export const scriptEn = {
  title: "What the model says next",
  rule: 'Write the answers to the next messages yourself, for example to see a long one, a list or a link in the chat. Written like call order_status {"order": "7"}, an answer calls a tool of the bot, and the one after it is what the model says to the result. What OpenAI runs itself is called the same way, such as call file_search {"query": "hours"}; the lines after it are the answer.',
  answer: (n: number) => `Answer ${n}`,
  another: "Another answer",
  remove: (n: number) => `Remove answer ${n}`,
  afterwards: "After the last one",
  own: "the stand-in's own words again",
  repeat: "the last one again and again",
  delay: "Seconds that each takes",
  delayRule:
    "From about 40 s on, the bot says that it takes long, and offers a button for the answer. Longer than model.timeoutS of bot.config.ts is a failure.",
  use: "Say this next",
  end: "End",
  left: (n: number) => `Scripted · ${n} ${n === 1 ? "answer" : "answers"} left`,
  repeats: "Scripted · the same answer",
  scripted: "scripted",
  next: "Next:",
  failed: "Not taken: the local system did not accept it.",
  realModel: (name: string) =>
    `${name} is a real model and speaks for itself. Without a key, a stand-in answers, whose words can be written here.`,
};
