import { ApiError } from "./error.ts";

/** A request to write down what is said. */
export type Recording = {
  model: string;
  fileName: string;
  bytes: Uint8Array;
  /** In which it may be spoken. */
  languages: string[];
};

/** The words of a recording; what it throws becomes a 500. */
export type Listener = (recording: Recording) => string | Promise<string>;

/** OpenAI's formats, by the end of the file's name. */
const formats = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"];

/** @throws ApiError the 400 that OpenAI would answer */
export async function readRecording(form: FormData): Promise<Recording> {
  const file = form.get("file");
  const model = form.get("model");
  if (!(file instanceof File)) throw missing("file");
  if (typeof model !== "string") throw missing("model");
  const end = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  if (!formats.includes(end) || file.size === 0) {
    const message = `Invalid file format. Supported formats: ${formats.join(", ")}`;
    throw new ApiError(400, { message, param: "file", code: "invalid_file" });
  }
  const languages = [...form.getAll("languages[]"), ...form.getAll("languages")].map(String);
  return { model, fileName: file.name, bytes: new Uint8Array(await file.arrayBuffer()), languages };
}

/** It hears nothing, and says so. */
export function standInWords({ bytes, languages: [language] }: Recording): string {
  const size = bytes.length < 1_024 ? `${bytes.length} B` : `${Math.round(bytes.length / 1_024)} KB`;
  return language === "ja"
    ? `代役モデルは音声を聞き取れません（${size}）。`
    : `The stand-in model cannot hear what was said (${size}).`;
}

function missing(param: string): ApiError {
  return new ApiError(400, {
    message: `Missing required parameter: '${param}'.`,
    param,
    code: "missing_required_parameter",
  });
}
