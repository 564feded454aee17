import { en } from "./words/en.ts";
import { ja } from "./words/ja.ts";

/** The browser's language selects. */
export const language = navigator.language.startsWith("ja") ? "ja" : "en";
export const words = language === "ja" ? ja : en;
