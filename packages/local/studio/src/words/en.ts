import { chatEn } from "./chat-en.ts";
import { greetingEn } from "./greeting-en.ts";
import { parkedEn } from "./parked-en.ts";
import { scriptEn } from "./script-en.ts";

/** Every sentence of the page. Its type makes a missing translation an error. */
/** A message in a group; a mention, a quote of the bot or a word of `bot.config.ts` would have made it a question. */
export const isOverheard = (type: string) => /^message\/.* in a (?:group|room)$/.test(type);

export const en = {
  standIn: "stand-in",
  real: "real",
  model: "Model",
  running: "What is running",
  state: "State",
  inMemory: "in memory, lost when Henji stops",
  botConfig: "Bot",
  disconnected: "Not connected to the local system. Trying again…",
  connecting: "Connecting…",
  nobodyYet: "Write to the bot on LINE: its chats and the traces of its messages then appear here.",
  botBroken: (file: string) => `${file} has an error; the last valid version stays in use.`,

  chats: "Chats",
  addUser: "Add a user",
  userName: "Name of the new user",
  add: "Add",
  cancel: "Cancel",
  unnamed: "Unnamed group",
  unread: (count: number) => `${count} unread`,
  chatTitle: (user: string, bot: string) => `${user} and ${bot}`,
  onLine: "This chat is on LINE, and so are its messages. Here are its memory and its traces.",
  greeting: greetingEn,
  chat: chatEn,

  today: "Today",
  yesterday: "Yesterday",
  read: "Read",
  sending: "Sending…",
  notDelivered: (status: string | number) => `Not delivered, ${status}`,
  unsent: "Unsent message",
  unsend: "Unsend",
  moreOf: (what: string) => `${what}, more`,
  block: (bot: string) => `Block ${bot}`,
  unblock: "Unblock",
  hasBlocked: (user: string, bot: string) => `${user} has blocked ${bot}.`,
  quickReplies: "Quick replies",
  writing: (bot: string) => `${bot} is writing`,
  newMessages: "New messages",
  showTrace: (time: string) => `${time}, show the trace of this message`,
  other: (type: string) => `[${type}]`,
  messagePlaceholder: (user: string) => `Message as ${user}`,
  send: "Send",
  sendFailed: "Not sent: the local system did not accept it.",

  memory: "Memory",
  windowSize: (turns: number, tokens: string) =>
    `${turns} ${turns === 1 ? "turn" : "turns"} · ${tokens} tokens`,
  window: "Tokens of past turns, sent word for word",
  windowRule: (low: string, high: string) =>
    `Sent word for word with every question. Past ${high} tokens, the oldest turns become notes, down to ${low}. (Turn: a message and its answer. Token: about four letters.)`,
  lowMark: (tokens: string) => `down to ${tokens}`,
  highMark: (tokens: string) => `notes from ${tokens}`,
  bound: (tokens: string) => `at most ${tokens}`,
  leftOut: (n: number) => `${n} older ${n === 1 ? "turn" : "turns"} not sent, and not noted yet`,
  notes: "Notes",
  tokensOf: (tokens: string, most: string) => `${tokens} of ${most} tokens`,
  noNotes: (high: string) => `None yet: the model writes them once the past turns exceed ${high} tokens.`,
  usage: "Usage",
  cacheRule:
    "Cached: input that the model had read just before, such as the same past turns. It costs a fraction of the rest.",
  cachedLast: "cached, last",
  cachedToday: "cached today",
  answersToday: "answers today",
  costToday: "cost today",
  todayIn: (timeZone: string) => `Tokens today (${timeZone}): `,
  sent: (replies: number, pushes: number) =>
    `${replies} ${replies === 1 ? "reply" : "replies"} · ${pushes} ${pushes === 1 ? "push" : "pushes"}`,

  traces: "Traces",
  thisChat: "This chat",
  allChats: "All chats",
  noTraces: "The trace of each message appears here, step by step, as it happens.",
  total: "total",
  parked: parkedEn,

  states: {
    progress: "In progress",
    delivered: "Delivered",
    erased: "Erased",
    ignored: "Ignored",
    retrying: "Retrying",
    parked: "Parked",
    refused: "Not accepted",
  },
  steps: {
    received: "Received",
    refused: "Refused",
    queued: "Queued",
    ignored: "Ignored",
    tooOld: "Too old",
    claimed: "Claimed",
    asked: "Asked",
    answered: "Answered",
    delivered: "Delivered",
    retried: "Retry",
    parked: "Parked",
    replayed: "Replayed",
    duplicate: "Duplicate",
    held: "Held",
    dropped: "Dropped",
    erased: "Erased",
    folded: "Folded",
    notFolded: "Not folded",
    warned: "Warning",
  },
  waiting: {
    queue: "Waiting for the queue…",
    worker: "Waiting for a worker…",
    model: "Asking the model…",
    store: "Storing the answer…",
    line: "Sending to LINE…",
    redelivery: "LINE may send it again",
    retry: (seconds: number) => (seconds > 0 ? `Next attempt in ${seconds} s` : "Next attempt now"),
  },
  reply: "reply · free",
  push: "push · counted",
  notAnswered: (type: string) =>
    isOverheard(type)
      ? `${type}: not addressed to the bot (no mention or quote of it, none of groups.words)`
      : `${type}: this bot does not answer these`,
  waitedTooLong: "waited too long to be answered",
  replayed: "back on the queue",
  attempt: (n: number) => `attempt ${n}`,
  pastTurns: (n: number) => `${n} past ${n === 1 ? "turn" : "turns"}`,
  tokens: (input: string, cached: string, output: string) => `${input} in · ${cached} cached · ${output} out`,
  cut: "truncated",
  declined: "declined",
  stored: (n: number) => `stored · ${n} ${n === 1 ? "message" : "messages"}`,
  notices: {
    too_many: "too many at once",
    daily_limit: "the day's limit",
    group_limit: "the group's limit of the day",
    total_limit: "the bot's limit of the day",
    greeting: "greets",
    kept: "nothing was erased",
    not_understood: "cannot be read yet",
    go_on: "the rest of a long answer",
    gone: "no longer stored",
    forget: "asks to confirm erasing",
    forgotten: "confirms erasing",
    memory: "the notes",
    export: "all stored data",
    nothing_to_retry: "nothing to answer again",
    help: "help",
  } as Record<string, string>,
  noticeStored: (notice: string) => `without the model · ${en.notices[notice] ?? notice}`,
  dropped: (because: string) =>
    because === "unsent"
      ? "unsent before it was answered"
      : because === "by_hand"
        ? "by hand, text erased"
        : because === "not_understood"
          ? "said just before that it cannot be read"
          : `no answer after “${en.notices[because] ?? because}”`,
  chatErased: (n: number) => `whole chat · ${n} ${n === 1 ? "turn" : "turns"}`,
  messageErased: (n: number) => `unsent message · ${n} ${n === 1 ? "turn" : "turns"}`,
  redelivered: "sent again by LINE",
  resumed: "stored answer",
  answeredBefore: "finished before, no effect",
  heldByOther: "another worker holds it",
  foldedTurns: (n: number) => `${n} old ${n === 1 ? "turn" : "turns"} summarized`,
  foldTokens: (input: string, output: string) => `${input} in · ${output} out`,
  notKept: "discarded: the notes had changed",
  foldAgain: "retried after the next message",
  attempts: (n: number) => `after ${n} ${n === 1 ? "attempt" : "attempts"}`,

  views: "Views",
  panes: { chat: "Chat", traces: "Traces", operations: "Operations" },

  status: "Status",
  filters: {
    all: "All",
    answered: "Answered",
    waiting: "Waiting or retrying",
    parked: "Parked",
    refused: "Not accepted",
    ignored: "Ignored",
    erased: "Erased",
  },
  searchEvent: "Find an event id",
  noMatch: "No trace matches.",
  showContent: "Show what was sent and said",
  copy: "Copy",
  copyOf: (what: string) => `Copy: ${what}`,
  copied: "Copied",
  notCopied: "Not copied",
  ids: {
    event: "Event id",
    chat: "Chat hash",
    retryKey: "Retry key",
    model: "Model request id",
    line: "LINE request id",
  },
  webhookEvent: "Webhook event",
  modelRequest: "Model",
  notesRequest: "Model, for the notes",
  lineRequests: {
    "/message/reply": "LINE reply",
    "/message/push": "LINE push",
    "/loading/start": "LINE loading animation",
    "/message/quota": "LINE quota",
    "/quota/consumption": "LINE quota used",
  } as Record<string, string>,
  roles: {
    instructions: "Instructions",
    user: "User",
    assistant: "Assistant",
    developer: "Developer",
  } as Record<string, string>,
  request: "Request as sent",
  response: "Response as received",
  sentMessage: "Message",
  modelAnswer: "The model's answer",
  storedTurn: "Stored turn",
  storedAnswer: "Stored answer",
  asStored: "All that is stored",
  noResponse: "no response",
  underWay: "under way…",
  cutText: (shown: string, all: string) => `The first ${shown} of ${all} characters.`,

  script: scriptEn,
  rehearsal: "Break things on purpose",
  rehearsalRule:
    "Practise before it happens: break a stand-in, write a message in the chat, follow its trace, mend it.",
  works: "Works",
  modelFaults: {
    down: {
      name: "Down",
      effect:
        "Every request is answered 503. Five attempts in about four minutes, then the message is parked.",
    },
    slow: { name: "Slow", effect: "Answers come after 25 seconds." },
    refusing: {
      name: "Declines",
      effect: "A content filter stops every answer: the user gets a polite refusal.",
    },
    rejecting: {
      name: "Rejects",
      effect:
        "400, as after a change of settings that OpenAI does not accept: messages are parked at once, until you mend it.",
    },
    unauthorized: {
      name: "Key refused",
      effect: "401: messages are parked at once. The model is then tried once a minute.",
    },
    outOfCredit: {
      name: "Out of credit",
      effect: "429 insufficient_quota: messages are parked at once. The model is then tried once a minute.",
    },
  },
  lineFaults: {
    down: {
      name: "Down",
      effect:
        "Every request is answered 500, so whether an answer arrived is unknown. Five attempts in about four minutes, then the message is parked without an apology.",
    },
    unauthorized: {
      name: "Token refused",
      effect:
        "401: messages are parked at once, without an apology. After the first, the model is not asked any more.",
    },
    quotaUsedUp: {
      name: "Monthly quota used up",
      effect:
        "Pushes are answered 429. Replies are free and still go out; an answer that comes too late is parked.",
    },
  },
  realLine: "Users chat on LINE itself: it cannot be broken from here.",
  realModel: (name: string) => `${name} is a real model: it cannot be broken from here.`,
  mend: "Mend",
  mendEverything: "Mend everything",
  breakerRule:
    "After a refused key or token, or without credit, the next try comes within a minute. Messages are parked until then.",
  brokenOnPurpose: (what: string) => `Broken on purpose: ${what}`,
};
