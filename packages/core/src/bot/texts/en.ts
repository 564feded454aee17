import type { Texts } from "./texts.ts";

export const en: Texts = {
  greeting: "Hello, and thank you for adding me! Ask me anything, have something translated, or just chat.",
  greetingGroup:
    "Hello, everyone, and thank you for having me! To talk to me, mention me with @ or quote one of my messages. Otherwise I stay silent.",
  apology: "Sorry, I could not answer this message. Please try again in a little while.",
  refusal: "Sorry, I can't help with that.",
  notUnderstood: "Thank you! I'm afraid I can't open this one. Could you tell me in words?",
  mediaGone: "I'm sorry, what you sent is no longer there for me to open. Could you send it once more?",
  mediaTooLarge: "I'm sorry, this is too large for me. Could you send a smaller or shorter one?",
  mediaUnheard:
    "I'm sorry, I could not make out any words in this voice message. Could you say it again, or write it?",
  mediaLimit: "That is all of this kind that I can open today. You can still write to me.",
  cut: "… (this answer was too long and has been cut)",
  goOn: "Show me the rest",
  stillThinking: "I am still working on it. Tap below to see the answer.",
  stillThinkingGroup: "I am still working on it. Tap below, or quote this message, to see the answer.",
  showAnswer: "Show the answer",
  gone: "I no longer have that answer. Please ask me once more.",
  confirm: "Shall I go ahead?",
  confirmYes: "Yes, go ahead",
  confirmNo: "No, don't",
  confirmExpired: "That question has expired, and nothing was done. Please ask me once more.",
  tooMany: "That was a lot of messages at once. I could not answer all of them; please send the rest again.",
  dailyLimit: "That is all I can answer today. Please come back tomorrow!",
  forget: "Shall I forget everything that we have talked about? This cannot be undone.",
  forgotten: "Done. I have forgotten everything that we have talked about.",
  forgetOwn:
    "Shall I forget everything that you have written in this group? What the others have written stays. This cannot be undone.",
  forgottenOwn: "Done. I have forgotten everything that you have written in this group.",
  kept: "All right, I have kept everything.",
  memory: "Besides your latest messages, this is what I have noted:",
  nothingRemembered: "I have no notes so far, only your latest messages.",
  export: "This is everything that I have stored about you. Times are in {timeZone}.",
  exportOwn:
    "This is everything that you have written in this group and that I have stored. Times are in {timeZone}.",
  nothingStored: "Nothing that you have written is stored.",
  nothingToRetry: "There is no answer yet that I could try again.",
  help: "Just write to me. These words do something special:",
  about: {
    memory: "shows what I have noted about you",
    forget: "erases everything, once you have confirmed it",
    export: "shows everything that is stored about you",
    retry: "answers your last question once more",
    help: "shows this list",
  },
};
