import * as z from "zod/mini";

/** OpenAI takes more. So much of what ten chats send at once has room in a worker's memory. */
const MAX_MB = 8;

const enabled = z._default(z.boolean(), true);
const megabytes = z._default(z.number().check(z.positive(), z.maximum(MAX_MB)), 5);

/** What the bot looks at, and listens to, beside text; what is not enabled gets one sentence. */
export const media = z.strictObject({
  pictures: z.prefault(
    z.strictObject({
      enabled,
      /** How closely the model looks: `low` sees what is there, `high` reads what is written. */
      detail: z._default(z.enum(["low", "high"]), "high"),
      maxMb: megabytes,
      /** Of one user on one day; a picture that is looked at once more counts once more. */
      perDay: z._default(z.int().check(z.positive()), 50),
    }),
    {},
  ),
  voice: z.prefault(
    z.strictObject({
      enabled,
      /** Of one message. */
      maxSeconds: z._default(z.int().check(z.positive(), z.maximum(600)), 180),
      /** Of one user on one day. */
      secondsPerDay: z._default(z.int().check(z.positive()), 900),
      /** Writes down what is said. */
      model: z._default(z.string().check(z.minLength(1)), "gpt-transcribe"),
    }),
    {},
  ),
  files: z.prefault(
    z.strictObject({
      enabled,
      maxMb: megabytes,
      perDay: z._default(z.int().check(z.positive()), 10),
    }),
    {},
  ),
  /** Of a video its preview picture is shown to the model, which counts as one. */
  videos: z.prefault(z.strictObject({ enabled }), {}),
});

export type MediaSettings = z.infer<typeof media>;
