import { createLineSimulator, type Fetch, type LineSimulatorOptions, type Wait } from "../src/index.ts";

export const TOKEN = "test-token";
export const SECRET = "test-secret";
/** 2026-04-01 12:00 in Japan. */
export const START = Date.UTC(2026, 3, 1, 3);

/** A small linear congruential generator: the same seed, the same ids. */
export function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A clock that only `pass` moves, and waits that end by it. */
export function createTime() {
  let now = START;
  let waiting: { until: number; ring: () => void }[] = [];
  const wait: Wait = (ms) =>
    new Promise<void>((ring) => {
      waiting.push({ until: now + ms, ring });
    });
  return {
    clock: () => now,
    wait,
    /** Moves the clock, ends the waits that are due, and lets the work that follows run. */
    async pass(ms: number) {
      await settled();
      now += ms;
      const due = waiting.filter(({ until }) => until <= now);
      waiting = waiting.filter(({ until }) => until > now);
      for (const { ring } of due) ring();
      await settled();
    },
  };
}

/** Lets everything run that does not wait for the clock. */
export async function settled() {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A simulator with one user, Taro, a clock to set, and a bot that can be swapped. */
export function setUp(options: Partial<LineSimulatorOptions> = {}) {
  const time = createTime();
  const received: Request[] = [];
  const bot: { answer: Fetch } = { answer: async () => new Response("OK") };
  const line = createLineSimulator({
    channelSecret: SECRET,
    channelAccessToken: TOKEN,
    webhookUrl: "http://bot.test/webhook",
    clock: time.clock,
    wait: time.wait,
    random: seeded(),
    fetch: async (request) => {
      request.signal.throwIfAborted();
      received.push(request.clone());
      return bot.answer(request);
    },
    ...options,
  });
  const taro = line.users()[0] ?? line.addUser({ name: "Taro" });
  return { line, taro: taro.userId, time, bot, received, api: createApiCaller(line.fetch) };
}

export function createApiCaller(
  fetch: (request: Request) => Promise<Response>,
  origin = "https://api.line.me",
) {
  function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return new Request(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  async function call(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const response = await fetch(request(method, path, body, headers));
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  }

  const text = (...texts: string[]) => texts.map((one) => ({ type: "text", text: one }));

  return {
    request,
    call,
    text,
    get: (path: string) => call("GET", path),
    push: (to: string, texts: string[], retryKey?: string) =>
      call(
        "POST",
        "/v2/bot/message/push",
        { to, messages: text(...texts) },
        retryKey ? { "x-line-retry-key": retryKey } : {},
      ),
    reply: (replyToken: string | undefined, texts: string[]) =>
      call("POST", "/v2/bot/message/reply", { replyToken, messages: text(...texts) }),
  };
}

export const botTexts = (timeline: { by: string; message: { text?: string } | object }[]) =>
  timeline.filter(({ by }) => by !== "user").map(({ message }) => (message as { text?: string }).text);
