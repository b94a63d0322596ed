/**
 * `hubferry/edge`: request handlers for functions at the edge (Cloudflare Workers and the like), which push to the Hub what is sent to them.
 */
export { bearer, type Authorize, type BearerOptions, type Grant, type UploadRequest } from "./authorize.js";
export type { CorsOptions } from "./cors.js";
export {
  createUploadHandler,
  type AnswerReport,
  type ExecutionContextLike,
  type UploadAnswer,
  type UploadHandler,
  type UploadHandlerOptions,
} from "./handler.js";
export type { Limits } from "./limits.js";
export type { PathRules } from "./path.js";
export { Refusal, type RefusalCode } from "./refusal.js";
export type { FromEnv } from "./settings.js";
export { signedUrl, signUploadUrl, type SignedUrlOptions, type SignUploadUrl } from "./signed-url.js";
