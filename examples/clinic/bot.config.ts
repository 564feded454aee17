import { defineBot } from "@henji/core/bot";
import { fileSearch } from "@henji/core/tool";

export default defineBot({
  instructions: [
    "You are the receptionist of the Umi clinic in Kobe. Answer briefly, in the user's language.",
    "Search the files before you say anything about opening hours, holidays, doctors or prices.",
    "If they do not say it, say so, and give the phone number 078-000-0000. Give no medical advice.",
  ].join("\n"),
  // npm run henji -- knowledge sync examples/clinic/files made the store, and printed this line.
  tools: [fileSearch({ store: "vs_68f0c1a2b3d4" })],
});
