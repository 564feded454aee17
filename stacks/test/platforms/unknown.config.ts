import { defineBot } from "@henji/core/bot";

export default defineBot({ instructions: "Answer briefly.", platforms: ["line", "pigeon"] });
