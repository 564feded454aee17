export { standInAnswer } from "./answer.ts";
export type { Fault, FaultRule, Faults } from "./faults.ts";
export type { Found, Knowledge } from "./knowledge.ts";
export type { Judge, Moderated } from "./moderation.ts";
export { readNotesRequest } from "./notes.ts";
export type { Conversation, Message } from "./request.ts";
export type { LoggedRequest, RequestLog } from "./request-log.ts";
export type { FunctionCall, Usage } from "./response.ts";
export { type ServedModel, serveModel } from "./serve.ts";
export {
  createModelSimulator,
  type ModelSimulator,
  type ModelSimulatorOptions,
} from "./simulator.ts";
export type { Listener, Recording } from "./transcription.ts";
export type { Answer, Answerer } from "./write.ts";
