import type { Fault } from "./faults.ts";
import type { ResponsesBody } from "./request.ts";
import type { Usage } from "./response.ts";

/** One request to `/v1/responses` that could be parsed, and its result. */
export type LoggedRequest = {
  /** Epoch milliseconds of its arrival. */
  atMs: number;
  body: ResponsesBody;
  /** The very bytes of the body, decoded: what a prompt-cache prefix is made of. */
  raw: string;
  /** Absent while the request runs, and if it did not reach the model. */
  usage?: Usage;
  /** The text of the answer, absent like `usage`. */
  answer?: string;
  fault?: Fault;
};

export type RequestLog = readonly LoggedRequest[];

/** The newest requests, within both bounds: a character takes up to four bytes, raw and parsed. */
const MAX_REQUESTS = 1_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** The request without the keys of MCP servers, which stand in its body. */
export function withoutKeys(body: ResponsesBody, raw: string): Pick<LoggedRequest, "body" | "raw"> {
  const hasKey = body.tools?.some(({ authorization, headers }) => authorization ?? headers) ?? false;
  if (!hasKey) return { body, raw };
  const tools = body.tools?.map(({ authorization: _, headers: __, ...tool }) => tool);
  const shown = { ...body, tools };
  return { body: shown, raw: JSON.stringify(shown) };
}

export function createRequestLog() {
  const requests: LoggedRequest[] = [];
  let characters = 0;

  return {
    requests: requests as RequestLog,
    add(request: LoggedRequest) {
      requests.push(request);
      characters += request.raw.length;
      while (requests.length > MAX_REQUESTS || (characters > MAX_CHARACTERS && requests.length > 1)) {
        characters -= requests.shift()!.raw.length;
      }
    },
  };
}
