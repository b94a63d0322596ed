/** What the Worker is given: variables of `wrangler.jsonc`, secrets of `wrangler secret put`, and its Durable Object. */
import type { Feedback } from "./feedback.js";

/** See the module. */
export interface Env {
  /** Repo that files go to, such as `datasets/me/uploads`. */
  readonly REPO: string;
  /** Repo that collected feedback goes to. */
  readonly FEEDBACK_REPO: string;
  /** Origins of pages that may upload, by commas; empty for none. */
  readonly ALLOWED_ORIGINS: string;
  /** Another Hub than the public one, for tests. */
  readonly HUB_URL?: string;
  /** Secret: a token of the Hub that may write to both repos. */
  readonly HF_TOKEN: string;
  /** Secret: tokens of those who may upload, and sign addresses for others; by commas. */
  readonly UPLOAD_TOKENS: string;
  /** Secret: signs addresses; at least 16 characters. */
  readonly UPLOAD_SECRET: string;
  readonly FEEDBACK: DurableObjectNamespace<Feedback>;
}
