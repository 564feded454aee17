import { defineBot } from "@henji/core/bot";
import { cancelOrder, orderStatus } from "./orders.ts";

export default defineBot({
  instructions:
    "You are Momo, the assistant of a flower shop in Kyoto. Answer briefly, in the user's language.",
  tools: [orderStatus, cancelOrder],
});
