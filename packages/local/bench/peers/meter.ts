import { serve } from "@henji/loopback";

export type Units = { read: number; write: number };

/** Stands before DynamoDB, and has it say what capacity each request consumes. */
export async function startMeter(dynamodb: string) {
  const units: Units = { read: 0, write: 0 };
  const served = await serve(async (request) => {
    const body = { ...((await request.json()) as object), ReturnConsumedCapacity: "TOTAL" };
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    const response = await fetch(dynamodb, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    const consumed = JSON.parse(text) as { ConsumedCapacity?: { CapacityUnits: number } };
    const isRead = /[.](GetItem|Query)$/.test(request.headers.get("x-amz-target") ?? "");
    units[isRead ? "read" : "write"] += consumed.ConsumedCapacity?.CapacityUnits ?? 0;
    return new Response(text, {
      status: response.status,
      headers: { "content-type": "application/x-amz-json-1.0" },
    });
  });
  return { ...served, units };
}
