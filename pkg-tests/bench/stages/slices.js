/** Bytes of a message where there are many. */
const MESSAGE_BYTES = 16 * 1024;
/** Bytes that are read at once from a file. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Bytes of messages that lie in our engine's memory together. */
const CROWD_BYTES = 512 * 1024;

/** Bytes that a lane gives its engine at once. */
const PIECE_BYTES = 1024 * 1024;

const slices = (content, bytes) =>
  Array.from({ length: Math.ceil(content.length / bytes) }, (_, at) => content.subarray(at * bytes, (at + 1) * bytes));

export const crowds = (content) => slices(content, CROWD_BYTES);
export const messages = (content) => slices(content, MESSAGE_BYTES);
export const pieces = (content) => slices(content, PIECE_BYTES);
export const windows = (content) => slices(content, WINDOW_BYTES);
