import { defineTool, z } from "@henji/core/tool";

/** Stands for the shop's own system. */
const orders = new Map([
  ["7", { status: "packed", arrives: "2027-01-20" }],
  ["8", { status: "sent", arrives: "2027-01-16" }],
]);

const input = z.object({ order: z.string() });

export const orderStatus = defineTool({
  name: "order_status",
  description: "Says what has become of an order, and when it arrives. Needs its number.",
  input,
  effect: "reads",
  run: ({ order }) => orders.get(order) ?? "There is no such order.",
});

export const cancelOrder = defineTool({
  name: "cancel_order",
  description: "Cancels an order that is not sent yet.",
  input,
  effect: "writes",
  confirm: ({ order }) => `Shall I cancel order ${order}?`,
  run({ order }) {
    const found = orders.get(order);
    if (found?.status !== "packed") return "It cannot be cancelled any more.";
    found.status = "cancelled";
    return "Cancelled.";
  },
});
