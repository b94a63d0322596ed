/** What the operator is told, one line of JSON for each answer. */
import type { AnswerReport } from "hubferry/edge";

/** Writes such a line. */
export function log({ status, code, path, error, engineBytes }: Partial<AnswerReport>): void {
  console.log(
    JSON.stringify({ status, code, path, engineBytes, error: error instanceof Error ? error.message : undefined }),
  );
}
