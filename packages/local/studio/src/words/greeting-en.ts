/** What an empty chat says. */
export const greetingEn = {
  title: (user: string, bot: string) => `Write to ${bot} as ${user}.`,
  about: (bot: string) =>
    `${bot} answers LINE messages with an AI model. Here you write to it as one of its users on LINE, and Traces shows what happens to each message.`,
  tryThis: "For example:",
  tryNext: "Then, for example:",
  /** The second can only be answered by a bot that remembers the first. */
  firstMessages: [
    { text: "My favourite tea is genmaicha", why: "something to remember" },
    { text: "What is my favourite tea?", why: "answered from memory" },
  ],
  memoryCommand: "a command: what it has noted",
  commandsTitle: "Users have these commands, too:",
  commands: {
    memory: "what the bot has noted",
    forget: "erase everything, once confirmed",
    export: "all that is stored about the user",
    retry: "answer the last question once more",
    help: "the list of commands",
  },
  standIn:
    "A stand-in answers in the model's place, without any account. It only repeats what it heard. For real answers, copy `.env.example` to `.env`, put your OpenAI key into it, and restart `npm start`.",
  writeAnswers: "Or write yourself what it says next",
};
