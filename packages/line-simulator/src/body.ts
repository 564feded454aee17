import { MAX_BODY_BYTES } from "./limits.ts";

/** Reads a body to its end, so that the sender hears the answer, but keeps no more than LINE takes. */
export async function readBody(request: Request): Promise<Uint8Array | "too large"> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : "too large";
}
