/**
 * Digests by the runtime itself, where it has Node's `crypto` (workerd with the flag `nodejs_compat`): they take a fifth of the engine's
 * time. Asked for by name, because an import would fail where there is none.
 */
import { engineHashing } from "../compute/hashing.js";
import type { Hasher, Hashing } from "../compute/lane.js";

interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

interface NodeCrypto {
  createHash(algorithm: "sha1" | "sha256"): NodeHash;
}

/** Hashing by the runtime; nothing where the engine has to do it. */
export function nativeHashing(): Hashing | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const crypto = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
  if (crypto === undefined) return undefined;
  const hasher = (algorithm: "sha1" | "sha256"): Hasher => {
    const hash = crypto.createHash(algorithm);
    return {
      update: (bytes) => {
        hash.update(bytes);
      },
      digest: () => hash.digest("hex"),
      free: () => undefined,
    };
  };
  return {
    sha256: () => hasher("sha256"),
    gitBlob: (size) => {
      const sha1 = hasher("sha1");
      sha1.update(new TextEncoder().encode(`blob ${size}\0`));
      return sha1;
    },
    base64: (bytes) => engineHashing.base64(bytes),
  };
}
