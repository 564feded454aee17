import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Exchange, Text, TraceContent } from "../../src/trace-content.ts";
import { Ids, Json, Said } from "./content-parts.tsx";
import { contextOf, fieldOf, isFold, messagesOf, saidIn } from "./content-text.ts";
import { formatDuration } from "./format.ts";
import { words } from "./words.ts";

type Props = { content: TraceContent; chat: string | undefined };

/** What a trace was about, from the platform's event to its answer, each part to unfold. */
export function Content({ content, chat }: Props) {
  const { event, turn, exchanges } = content;
  return (
    <div class="content">
      <Ids ids={idsOf({ content, chat })} />
      {event && (
        <Part name={words.webhookEvent} note={fieldOf(event, "type")}>
          {() => <Json name={words.webhookEvent} text={event} />}
        </Part>
      )}
      {exchanges.map((exchange) => (
        <ExchangePart key={exchange.id} exchange={exchange} />
      ))}
      {turn && (
        <Part name={words.storedTurn} note={fieldOf(turn, "status")}>
          {() => <StoredTurn turn={turn} />}
        </Part>
      )}
    </div>
  );
}

/** Of the event, and of the requests that were made for it. */
function idsOf({ content: { eventId, turn, exchanges }, chat }: Props): [string, string | undefined][] {
  const header = (peer: Exchange["with"], name: string) =>
    exchanges
      .filter((exchange) => exchange.with === peer && (peer === "model" || isSend(exchange)))
      .flatMap(({ end }) => (end && "response" in end ? (end.response.headers[name] ?? []) : []))
      .at(-1);
  return [
    [words.ids.event, eventId],
    [words.ids.chat, chat],
    [words.ids.retryKey, fieldOf(turn, "idempotencyKey")],
    [words.ids.model, header("model", "x-request-id")],
    [words.ids.line, header("line", "x-line-request-id")],
  ];
}

const isSend = ({ url }: Exchange) => /\/message\/(reply|push)$/.test(url);

function StoredTurn({ turn }: { turn: Text }) {
  const messages = messagesOf(turn);
  return (
    <>
      {messages.map((text, index) => (
        <Said key={index} role={words.storedAnswer} text={text} />
      ))}
      <Json name={words.storedTurn} text={turn} folded={messages.length > 0 ? words.asStored : undefined} />
    </>
  );
}

function ExchangePart({ exchange }: { exchange: Exchange }) {
  const { at, end } = exchange;
  return (
    <Part name={nameOf(exchange)} result={resultOf(exchange)} note={end && formatDuration(end.at - at)}>
      {() => (
        <>
          <Request exchange={exchange} />
          {end && ("errors" in end ? <Errors errors={end.errors} /> : <Response {...end.response} />)}
        </>
      )}
    </Part>
  );
}

function Request({ exchange: { method, url, headers, body, with: peer } }: { exchange: Exchange }) {
  const context = contextOf(body) ?? [];
  const sent = peer === "model" ? [] : messagesOf(body);
  const isRead = context.length > 0 || sent.length > 0;
  return (
    <>
      <p class="url">
        <code>
          {method} {url}
        </code>
      </p>
      <HeaderLines headers={headers} />
      {context.map(({ role, text }, index) => (
        <Said key={index} role={words.roles[role] ?? role} text={text} />
      ))}
      {sent.map((text, index) => (
        <Said key={index} role={words.sentMessage} text={text} />
      ))}
      {body && <Json name={words.request} text={body} folded={isRead ? words.request : undefined} />}
    </>
  );
}

function Response({ headers, body }: { headers: Record<string, string>; body: Text | undefined }) {
  const said = saidIn(body);
  return (
    <>
      {said.map(({ role, text }, index) => (
        <Said key={index} role={role === "calls" ? words.roles[role]! : words.modelAnswer} text={text} />
      ))}
      <HeaderLines headers={headers} />
      {body && (
        <Json name={words.response} text={body} folded={said.length === 0 ? undefined : words.response} />
      )}
    </>
  );
}

function nameOf(exchange: Exchange): string {
  const isModel = exchange.with === "model";
  if (isModel && isFold(exchange)) return words.notesRequest;
  const path = new URL(exchange.url).pathname;
  const named = Object.entries(isModel ? words.modelRequests : words.platformRequests);
  const what = named.find(([part]) => path.includes(part));
  const peer = exchange.with === "line" ? "LINE" : "Slack";
  return what?.[1] ?? (isModel ? words.modelRequest : `${peer} ${path}`);
}

type Result = { text: string | number; failed: boolean };

function resultOf({ end }: Exchange): Result | undefined {
  if (!end) return undefined;
  if ("response" in end) return { text: end.response.status, failed: end.response.status >= 400 };
  return { text: end.errors.at(-1)?.code ?? words.noResponse, failed: true };
}

type PartProps = {
  name: string;
  /** Undefined while there is none. */
  result?: Result | undefined;
  note?: string | undefined;
  children: () => ComponentChildren;
};

function Part({ name, result, note, children }: PartProps) {
  // A long text costs nothing until somebody looks.
  const [open, setOpen] = useState(false);
  return (
    <details class="part" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="part-name">{name}</span>
        {result && (
          <span class="result" data-failed={result.failed}>
            {result.text}
          </span>
        )}
        <span class="part-note">{note ?? words.underWay}</span>
      </summary>
      {open && <div class="part-body">{children()}</div>}
    </details>
  );
}

function HeaderLines({ headers }: { headers: Record<string, string> }) {
  const lines = Object.entries(headers).filter(([name]) => name !== "content-type");
  if (lines.length === 0) return null;
  return (
    <ul class="headers">
      {lines.map(([name, value]) => (
        <li key={name}>
          <code>
            {name}: {value}
          </code>
        </li>
      ))}
    </ul>
  );
}

/** From the outermost to the one that began it. */
export function Errors({ errors }: { errors: { name: string; message: string; code?: string }[] }) {
  return (
    <ol class="errors">
      {errors.map(({ name, message, code }, index) => (
        <li key={index}>
          <b>{name}</b> {message}
          {code !== undefined && !message.includes(code) && <code> {code}</code>}
        </li>
      ))}
    </ol>
  );
}
