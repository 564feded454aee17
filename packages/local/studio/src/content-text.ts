import type { Exchange, Text } from "../../src/trace-content.ts";

/** A part of what was sent to the model. */
export type Part = { role: string; text: string };

/** JSON in lines, if it is whole; else the text as it is. */
export function pretty({ text, length }: Text): string {
  const value = text.length === length ? parse(text) : undefined;
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

/** Instructions and messages of a request to `/responses`; undefined if it is none, or was cut. */
export function contextOf(body: Text | undefined): Part[] | undefined {
  const { instructions, input } = object(body && parse(body.text));
  if (!Array.isArray(input)) return undefined;
  return [
    ...(typeof instructions === "string" ? [{ role: "instructions", text: instructions }] : []),
    ...input.flatMap(partOf),
  ];
}

/** A message, a call of a tool, or what it returned; nothing of what the model thought, which is encrypted. */
function partOf(item: unknown): Part[] {
  const { type, role, content, name, arguments: given, output } = object(item);
  if (type === "function_call") return [{ role: "calls", text: `${name} ${given}` }];
  if (type === "function_call_output") return [{ role: "returned", text: textOf(output) }];
  return content === undefined ? [] : [{ role: typeof role === "string" ? role : "", text: textOf(content) }];
}

/** Rewrites the summary of a chat, after its answer. */
export function isFold({ with: peer, body }: Exchange): boolean {
  const { prompt_cache_key: key } = object(body && parse(body.text));
  return peer === "model" && typeof key === "string" && key.endsWith("/notes");
}

/** What the model has said and called in a response. */
export function saidIn(body: Text | undefined): Part[] {
  const { output } = object(body && parse(body.text));
  if (!Array.isArray(output)) return [];
  return output.flatMap(partOf).filter(({ text }) => text !== "");
}

/** The texts of stored messages, or of those that LINE was sent. */
export function messagesOf(body: Text | undefined): string[] {
  const { messages, text } = object(body && parse(body.text));
  if (!Array.isArray(messages)) return typeof text === "string" ? [text] : [];
  return messages.map((message) => textOf([message]));
}

/** A field of a JSON object that is a text. */
export function fieldOf(body: Text | undefined, name: string): string | undefined {
  const value = object(body && parse(body.text))[name];
  return typeof value === "string" ? value : undefined;
}

/** Content is a text, or a list of parts of which some have one. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => {
      const { text, refusal, type, filename } = object(part);
      const named = typeof filename === "string" ? ` ${filename}` : "";
      return [text, refusal].find((one) => typeof one === "string") ?? `[${String(type)}${named}]`;
    })
    .join("\n");
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
