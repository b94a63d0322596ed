/** The files that are needed, by name. */
export const FILES: readonly string[];
/** Checks all rows; gives how many answers were compared. Rejects at the first that is another. */
export function checkVectors(core: object, files: Record<string, unknown>): Promise<number>;
