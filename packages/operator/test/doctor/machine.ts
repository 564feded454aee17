import { fileSearch } from "@henji/core/tool";
import { links } from "../stage.ts";
import type { Broken } from "./broken.ts";

const searching = { instructions: "Hello.", tools: [fileSearch({ store: "vs_clinic" })] };

/** This machine, the configuration, secrets, credentials and the model. */
export const brokenMachine: readonly Broken[] = [
  [
    "an old Node",
    (w) => (w.machine.node = "22.1.0"),
    "Node",
    /22\.1\.0: Henji needs Node 24/,
    /npm ci|nodejs\.org/,
  ],
  [
    "an old npm",
    (w) => (w.machine.npm = "10.9.0"),
    "npm",
    /10\.9\.0: Henji needs npm 11/,
    /npm install -g npm@11/,
  ],
  [
    "a clock that is fast",
    (w) => (w.machine.skewMs = 400_000),
    "clock",
    /is 400 s ahead of AWS's$/,
    /time automatically/,
  ],
  [
    "a clock that is slow",
    (w) => (w.machine.skewMs = -90_000),
    "clock",
    /is 90 s behind AWS's$/,
    /time automatically/,
  ],
  [
    "a configuration with a mistake",
    (w) => (w.bot = { instructions: "Hi", memroy: {} }),
    "bot.config.ts",
    /memroy: unknown; did you mean memory/,
    /edit bot\.config\.ts/,
  ],
  [
    "a secret with a line break",
    (w) => (w.links.LineChannelSecret!.value = "line-secret\n"),
    "secrets and links",
    /a space or line break around it: LineChannelSecret$/,
    /^npx sst secret set LineChannelSecret --stage test && npm run deploy/,
  ],
  [
    "credentials that have expired",
    (w) => (w.aws.refuses["*"] = "ExpiredTokenException"),
    "AWS credentials",
    /ExpiredTokenException/,
    /sign in again/,
  ],
  [
    "credentials that AWS does not know",
    (w) => (w.aws.refuses["*"] = "UnrecognizedClientException"),
    "AWS credentials",
    /UnrecognizedClientException/,
    /AWS_PROFILE/,
  ],
  [
    "the region of another stage",
    (w) => (w.links.EventQueue!.url = links.EventQueue.url.replace("ap-northeast-1", "us-east-1")),
    "AWS credentials",
    /AWS_REGION is ap-northeast-1, and the stage is in us-east-1/,
    /export AWS_REGION=us-east-1/,
  ],
  [
    "a dead key",
    (w) => (w.links.OpenAiApiKey!.value = "invalid"),
    "model",
    /401 invalid_api_key/,
    /sst secret set OpenAiApiKey --stage test/,
  ],
  [
    "a model that there is not",
    (w) => (w.models = ["gpt-5"]),
    "model",
    /gpt-6-luna: .*404 model_not_found/,
    /bot\.config\.ts/,
  ],
  [
    "a model for notes that there is not",
    (w) => Object.assign(w, { models: ["gpt-6-luna"], bot: { ...w.bot, memory: { summaryModel: "old" } } }),
    "model",
    /^old: .*404/,
    /memory\.summaryModel/,
  ],
  [
    "a model service that is down",
    (w) => (w.modelFault = 503),
    "model",
    /OpenAI answered 503/,
    /status\.openai\.com/,
  ],
  [
    "a vector store that there is not",
    (w) => Object.assign(w, { bot: searching }),
    "file search",
    /the key's project has no vector store vs_clinic, which bot\.config\.ts names/,
    /npx sst shell --stage test -- npm run henji -- knowledge sync FOLDER/,
  ],
  [
    "a vector store without files",
    (w) => Object.assign(w, { bot: searching, stores: { vs_clinic: 0 } }),
    "file search",
    /vs_clinic has no file that can be searched/,
    /knowledge sync FOLDER/,
  ],
];
