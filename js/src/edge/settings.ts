/** Values that a handler is given once, or takes out of the bindings of each request. */

/** A value, or where it is in `env`: secrets of a Worker come with each request. */
export type FromEnv<T, Env> = T | ((env: Env) => T | Promise<T>);

/** The value for this request. */
export async function fromEnv<T, Env>(setting: FromEnv<T, Env>, env: Env): Promise<T> {
  return typeof setting === "function" ? await (setting as (env: Env) => T | Promise<T>)(env) : setting;
}
