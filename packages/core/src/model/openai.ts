import type OpenAI from "openai";
import type { Attachment } from "../context/attachment.ts";
import type { Context, ContextMessage } from "../context/context.ts";
import { toBotError } from "../error.ts";
import type { HostedRequest } from "../tool/tool.ts";
import type { ModelUsage } from "../usage/usage.ts";
import { createOpenAiClient } from "./client.ts";
import { mediaErrors, modelError } from "./error.ts";
import type {
  AskOptions,
  AskTools,
  Model,
  ModelAnswer,
  ModelCalls,
  ModelOptions,
  ModelRound,
} from "./model.ts";
import { PaidError } from "./paid-error.ts";
import { rateLimitsIn } from "./rate-limit.ts";

/** For a bot only whose tools OpenAI runs. */
const loadHosted = () => import("./hosted.ts");

/** OpenAI's SDK adds it to what it has parsed. */
type WithRequestID = { _request_id?: string | null };

/** OpenAI's Responses API. A retry belongs to the queue, where it does not hold a Lambda and keeps the chat's order. */
export function createOpenAiModel({ settings, ...options }: ModelOptions): Model {
  const client = createOpenAiClient(options);

  async function ask(
    { instructions, input }: Context,
    options: AskOptions,
    loaded?: Awaited<ReturnType<typeof loadHosted>>,
  ): Promise<ModelAnswer> {
    const { cacheKey, safetyIdentifier, signal, tools, hosted = [] } = options;
    const { data: response, response: http } = await client.responses
      .create(
        {
          model: settings.name,
          instructions,
          input: [...input.map(toInput), ...(tools?.rounds.flatMap(itemsOf) ?? [])],
          ...((tools || loaded) && toolsOf(tools, hosted)),
          ...(loaded && { max_tool_calls: loaded.callsLeft(tools?.rounds ?? []) }),
          store: false,
          max_output_tokens: settings.maxOutputTokens,
          // Models without reasoning refuse it (400 unsupported_parameter), whatever its value.
          ...(settings.reasoningEffort && { reasoning: { effort: settings.reasoningEffort } }),
          prompt_cache_key: cacheKey,
          safety_identifier: safetyIdentifier,
        },
        { signal },
      )
      .withResponse()
      .catch((cause) => {
        throw modelError(cause, signal);
      });
    const ran = loaded?.hostedIn(response);
    const usage = { ...usageOf(response), ...ran?.used };
    const answer = toAnswer(response, usage, tools?.mayCall ?? false);
    const limits = rateLimitsIn(http.headers);
    return { ...answer, limits, ...(ran && { hosted: ran.hosted }) };
  }

  return {
    async ask(context, options) {
      if (!options.hosted?.length) return ask(context, options);
      const loaded = await loadHosted();
      try {
        return await ask(context, options, loaded);
      } catch (error) {
        if (toBotError(error).code !== "model.mcp_unreachable") throw error;
        // One server that is down is no reason to answer nobody. OpenAI charges nothing for what it has not read.
        await options.beforeRequest();
        const answer = await ask(context, loaded.withoutServers(options), loaded);
        return { ...answer, hosted: loaded.withUnreachable(answer.hosted) };
      }
    },
  };
}

function toInput({ role, content, attachments = [] }: ContextMessage): OpenAI.Responses.EasyInputMessage {
  if (attachments.length === 0) return { role, content };
  return { role, content: [{ type: "input_text", text: content }, ...attachments.map(toPart)] };
}

function toPart(attachment: Attachment): OpenAI.Responses.ResponseInputContent {
  if (attachment.kind === "picture") {
    // Without it, no limit holds for how closely the model looks.
    return { type: "input_image", image_url: attachment.url, detail: attachment.detail };
  }
  // Of a PDF the model also sees the pages.
  return { type: "input_file", filename: attachment.name, file_data: attachment.data, detail: "low" };
}

function toolsOf(asking: AskTools | undefined, hosted: readonly HostedRequest[]) {
  const { tools, mayCall } = asking ?? { tools: [], mayCall: true };
  const functions = tools.map(({ name, description, parameters }): OpenAI.Responses.FunctionTool => {
    return { type: "function", name, description, parameters, strict: true };
  });
  return {
    tools: [...functions, ...(hosted as readonly unknown[] as readonly OpenAI.Responses.Tool[])],
    // The tools stay in the request all the same: they are part of what the prompt cache holds.
    ...(!mayCall && { tool_choice: "none" as const }),
  };
}

/** OpenAI stores nothing, so it is given all of its output again: reasoning, which is encrypted, and calls. */
function itemsOf({ output, results }: ModelRound): OpenAI.Responses.ResponseInputItem[] {
  return [
    ...(output as OpenAI.Responses.ResponseInputItem[]),
    ...results.map(({ id, text }) => ({
      ...{ type: "function_call_output" as const, call_id: id, output: text },
    })),
  ];
}

/** A call that was cut at the output limit is none. */
function callsIn({ status, output }: OpenAI.Responses.Response): ModelCalls | undefined {
  const calls = output.flatMap((item) =>
    item.type === "function_call" ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : [],
  );
  return status === "completed" && calls.length > 0 ? { output, calls } : undefined;
}

function usageOf({ usage }: OpenAI.Responses.Response): ModelUsage {
  return {
    inputTokens: usage?.input_tokens ?? 0,
    cachedTokens: usage?.input_tokens_details?.cached_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
  };
}

function toAnswer(
  response: OpenAI.Responses.Response & WithRequestID,
  usage: ModelUsage,
  mayCall: boolean,
): ModelAnswer {
  const { status, incomplete_details: incomplete, _request_id: requestId } = response;
  const text = response.output_text.trim();
  const refused =
    incomplete?.reason === "content_filter" ||
    response.output.some(
      (item) => item.type === "message" && item.content.some((part) => part.type === "refusal"),
    );
  if (text === "" && incomplete?.reason === "max_output_tokens") {
    const fix = "raise model.maxOutputTokens in bot.config.ts, or set a lower model.reasoningEffort";
    throw new PaidError("model.no_room", `The model used its output up before the answer: ${fix}`, {
      ...{ retry: "never", usage },
    });
  }
  const calls = mayCall && !refused ? callsIn(response) : undefined;
  if (status === "failed" || (text === "" && !refused && !calls)) {
    const detail = response.error?.code ?? status ?? "empty";
    if (mediaErrors.has(detail)) {
      throw new PaidError("model.bad_media", `The model could not open what was attached: ${detail}`, {
        ...{ retry: "never", usage },
      });
    }
    throw new PaidError("model.no_answer", `The model gave no answer: ${detail}`, { retry: "later", usage });
  }
  return {
    text: refused ? "" : text,
    cut: incomplete?.reason === "max_output_tokens",
    refused,
    ...(calls && { calls }),
    requestId: requestId ?? undefined,
    usage,
  };
}
