import type { Exchange, TraceContent } from "../../src/trace-content.ts";
import type { Step } from "../../src/trace-step.ts";
import { Errors } from "./content.tsx";
import { formatNumber, formatTime } from "./format.ts";
import { words } from "./words.ts";

/** What a step says of itself. */
export function Detail({ step }: { step: Step }) {
  switch (step.name) {
    case "received":
      return step.type;
    case "refused":
      return <code>{step.status}</code>;
    case "queued":
      return step.redelivery ? words.redelivered : null;
    case "ignored":
      return words.notAnswered(step.type);
    case "tooOld":
      return words.waitedTooLong;
    case "claimed":
      return `${words.attempt(step.attempts)} · ${words.pastTurns(step.turns)}`;
    case "asked": {
      const { model, inputTokens, cachedTokens, outputTokens, cut, refused } = step;
      const [input, cached, output] = [inputTokens, cachedTokens, outputTokens].map(formatNumber);
      return (
        <span class="asked">
          <span>{model}</span>
          <span>{words.tokens(input!, cached!, output!)}</span>
          {cut && <em>{words.cut}</em>}
          {refused && <em>{words.declined}</em>}
        </span>
      );
    }
    case "toolRan":
      return (
        <>
          <code>{step.tool}</code> {words.toolOutcomes[step.outcome] ?? step.outcome}
        </>
      );
    case "handled":
      return <code>{step.handler}</code>;
    case "answered":
      if (step.notice !== undefined) return words.noticeStored(step.notice);
      return step.confirms ? words.asksToConfirm : words.stored(step.messages);
    case "dropped":
      return words.dropped(step.because);
    case "erased":
      return step.what === "chat" ? words.chatErased(step.turns) : words.messageErased(step.turns);
    case "delivered":
      return (
        <>
          <span data-by={step.by}>{words[step.by]}</span>
          {step.resumed && ` · ${words.resumed}`}
          {step.brought !== undefined && ` · ${words.slow.withWaiting(step.brought)}`}
        </>
      );
    case "told":
      return words.slow.told;
    case "waits":
      return words.slow.waits(step.told, step.until === undefined ? undefined : formatTime(step.until));
    case "heard":
      return `${step.model} · ${words.heardFor(step.seconds)}`;
    case "gathered":
      return words.gatheredWith;
    case "brought":
      return (
        <>
          <span data-by={step.by}>{words[step.by]}</span> · {words.slow.with} <code>{step.carrier}</code>
        </>
      );
    case "retried":
    case "parked":
      return (
        <>
          <code>{step.code}</code> {words.attempts(step.attempts)}
          <span class="reason">{step.reason}</span>
        </>
      );
    case "postponed":
      return words.modelLimit;
    case "replayed":
      return words.replayed;
    case "duplicate":
      return words.answeredBefore;
    case "held":
      return words.heldByOther;
    case "folded":
      return (
        <span class="asked">
          <span>{words.foldedTurns(step.turns)}</span>
          <span>{words.foldTokens(formatNumber(step.inputTokens), formatNumber(step.outputTokens))}</span>
          {!step.kept && <em>{words.notKept}</em>}
        </span>
      );
    case "notFolded":
      return (
        <>
          <code>{step.code}</code> {words.foldAgain}
        </>
      );
    case "warned":
      return (
        <>
          {step.what} <code>{step.code}</code>
        </>
      );
  }
}

/** Why a step went wrong, in the words of whoever refused: with the request that failed before it. */
export function Cause({ step, content }: { step: Step; content: TraceContent }) {
  const explanation = content.explanations.find(({ step: name, at }) => name === step.name && at === step.at);
  if (!explanation) return null;
  const failed = content.exchanges.findLast(
    (exchange) =>
      hasFailed(exchange) && exchange.end!.at <= step.at + 1 && exchange.at >= step.at - step.sinceMs,
  );
  return (
    <div class="cause">
      {failed && (
        <code class="failed-url">
          {failed.method} {failed.url}
        </code>
      )}
      <Errors errors={explanation.errors} />
    </div>
  );
}

function hasFailed({ end }: Exchange): boolean {
  if (!end) return false;
  return "errors" in end || end.response.status >= 400;
}
