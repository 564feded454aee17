import type { Language } from "../language.ts";
import { en } from "./en.ts";
import { id } from "./id.ts";
import { ja } from "./ja.ts";
import { ko } from "./ko.ts";
import type { Texts } from "./texts.ts";
import { th } from "./th.ts";
import { zhTW } from "./zh-tw.ts";

export const defaultTexts: Record<Language, Texts> = { en, ja, "zh-TW": zhTW, th, ko, id };
