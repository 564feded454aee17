import * as z from "zod/mini";
import { EMPTY, httpsUrl, oneOf, upTo, upToCharacters } from "./fields.ts";
import { MAX_ACTION_TEXT, MAX_ACTION_URI, MAX_LABEL, MAX_QUICK_REPLIES } from "./limits.ts";

const label = upToCharacters(MAX_LABEL);
const uri = upTo(MAX_ACTION_URI).check(z.regex(/^(https?|line|tel):/, "Invalid action URI"));

/** What a button under a message can do; rich menus are switched elsewhere. */
const actions = [
  z.looseObject({ type: z.literal("message"), label, text: upToCharacters(MAX_ACTION_TEXT) }),
  z
    .looseObject({
      type: z.literal("postback"),
      label,
      data: upTo(MAX_ACTION_TEXT),
      displayText: z.optional(upToCharacters(MAX_ACTION_TEXT)),
      inputOption: z.optional(z.enum(["closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"])),
      fillInText: z.optional(upToCharacters(MAX_ACTION_TEXT)),
    })
    .check(
      z.refine(({ fillInText, inputOption }) => !fillInText || inputOption === "openKeyboard", {
        error: "Only with the inputOption openKeyboard",
        path: ["fillInText"],
      }),
    ),
  z.looseObject({
    type: z.literal("uri"),
    label,
    uri,
    altUri: z.optional(z.looseObject({ desktop: z.optional(uri) })),
  }),
  z.looseObject({
    type: z.literal("datetimepicker"),
    label,
    data: upTo(MAX_ACTION_TEXT),
    mode: z.enum(["date", "time", "datetime"]),
  }),
  z.looseObject({ type: z.literal("camera"), label }),
  z.looseObject({ type: z.literal("cameraRoll"), label }),
  z.looseObject({ type: z.literal("location"), label }),
  z.looseObject({ type: z.literal("clipboard"), label, clipboardText: upTo(MAX_ACTION_URI) }),
] as const;

const size = `Size must be between 1 and ${MAX_QUICK_REPLIES}`;

export const quickReply = z.looseObject({
  items: z
    .array(z.looseObject({ imageUrl: z.optional(httpsUrl), action: oneOf(actions) }), { error: EMPTY })
    .check(z.minLength(1, size), z.maxLength(MAX_QUICK_REPLIES, size)),
});
