import { defineBot } from "@henji/core/bot";
import { defineCommand } from "@henji/core/command";
import { breadOfTheDay } from "./bread.ts";
import { reserve } from "./reservations.ts";

const hours = defineCommand({
  words: ["hours", "営業時間"],
  about: "7:00–18:00",
  run: ({ language }) => (language === "ja" ? "火〜日 7時〜18時" : "Tuesday to Sunday, 7:00 to 18:00."),
});

export default defineBot({
  instructions: "You are Pan, the assistant of a bakery in Kobe. Answer briefly, in the user's language.",
  commands: { own: [hours, breadOfTheDay] },
  onFollow: ({ user }) => `Welcome, ${user.name ?? "dear guest"}! Write “bread” to see what is fresh.`,
  onPostback: ({ data, user, eventId }) => reserve(data, user.id, eventId),
});
