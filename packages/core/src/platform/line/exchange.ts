import { AsyncLocalStorage } from "node:async_hooks";
import { HTTPFetchError } from "@line/bot-sdk";

type Fetch = typeof globalThis.fetch;

/** What the SDK's methods that end in `WithHttpInfo` resolve to. */
export type SdkResult<T> = { httpResponse: Response; body: T };

/** What LINE answered: with a 2xx, or with a status that says no. */
export type Answer<T = unknown> = Accepted<T> | Refused;
/** `body` is not set if it was no JSON. LINE has done what it was asked for all the same. */
export type Accepted<T> = { ok: true; headers: Headers; body: T | undefined };
export type Refused = { ok: false; status: number; headers: Headers; body: string };

export type ExchangeOptions = {
  fetch: Fetch;
  /** Ends all of it: connecting, waiting, and the body of the answer. */
  signal: AbortSignal;
};

/** `response` is set as soon as its headers are there. */
type Exchange = ExchangeOptions & { response?: Response };
type Exchanges = AsyncLocalStorage<Exchange | undefined>;

/**
 * Runs one call of LINE's SDK over our own `fetch`, until our own signal aborts.
 *
 * The SDK takes neither: it calls the global `fetch`. So that one is wrapped, and the wrapper finds the call
 * that it serves by the async context. Calls side by side keep their own deadlines, and everybody else's
 * requests (OpenAI's SDK) pass through untouched.
 *
 * The signal aborts the request. A race against a timer would leave it running: what is still connecting at
 * the deadline would be sent later, on Lambda even after a thaw.
 *
 * For answers in JSON only. Content comes as a stream that the SDK reads without catching its errors, which
 * would end the process. A call for it needs a `fetch` that has read the whole body before it returns.
 *
 * @throws what `fetch` threw, or the signal's reason
 */
export async function exchange<T>(
  call: () => Promise<SdkResult<T>>,
  options: ExchangeOptions,
): Promise<Answer<T>> {
  const current: Exchange = { ...options };
  try {
    const { httpResponse, body } = await installed().run(current, call);
    return { ok: true, headers: httpResponse.headers, body };
  } catch (error) {
    if (error instanceof HTTPFetchError) {
      const { status, headers, body } = error;
      return { ok: false, status, headers, body };
    }
    // The SDK parses only what came with a 2xx.
    if (error instanceof SyntaxError && current.response) {
      return { ok: true, headers: current.response.headers, body: undefined };
    }
    throw error;
  }
}

const key = Symbol.for("henji.line.exchanges");

/**
 * The exchanges of the wrapper, which is put around the global `fetch` if it is not there. They are kept on the
 * wrapper: a second copy of this module uses the first's, and a `fetch` that has replaced it is wrapped in turn.
 */
function installed(): Exchanges {
  const outside: Fetch & { [key]?: Exchanges } = globalThis.fetch;
  if (outside[key]) return outside[key];

  const exchanges: Exchanges = new AsyncLocalStorage();
  const fetch: Fetch = async (input, init) => {
    const current = exchanges.getStore();
    if (!current) return outside(input, init);
    const { fetch, signal } = current;
    // Outside of the exchange: this `fetch` may call the global one, which would come back here for ever.
    current.response = await exchanges.run(undefined, () => fetch(input, { ...init, signal }));
    return current.response;
  };
  globalThis.fetch = Object.assign(fetch, { [key]: exchanges });
  return exchanges;
}
