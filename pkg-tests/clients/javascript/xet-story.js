// What @huggingface/hub does by Xet, the same under Node and in a page: each step throws when the Hub gave something else.
import * as client from "@huggingface/hub";

function equal(actual, expected, what) {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

function noise(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0, x = seed; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells the story in repos that begin with `name`; gives the names of the steps. */
export async function xetStory({ hubUrl, accessToken, type, name }) {
  // Contents of its own for each story: what the Hub knows is not sent.
  const seed = [...name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7) || 1;
  const floats = new Uint8Array(new Float32Array(400_000).map((_, n) => n * 0.001).buffer);
  const files = {
    "weights/noise.bin": noise(6_000_000, seed),
    "weights/floats.bin": floats,
    "weights/zeros.bin": new Uint8Array(2_000_000),
    "weights/one.bin": new Uint8Array([0]),
    "note.txt": new TextEncoder().encode("a note\n"),
  };
  const known = (repo) => ({ hubUrl, accessToken, repo: { type, name: repo } });
  const [first, second, third] = ["a", "b", "c"].map((letter) => known(`${name}-${letter}`));
  const make = (repo) => client.createRepo({ ...repo, ...(type === "space" && { sdk: "static" }) });
  const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
  const content = async (repo, path, more) => {
    const blob = await client.downloadFile({ ...repo, path, ...more });
    return { blob, bytes: await bytesOf(blob) };
  };

  async function push(repo, files) {
    const entries = Object.entries(files).map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));
    const events = [];
    const pushing = client.uploadFilesWithProgress({ ...repo, files: entries, commitTitle: "All", useXet: true });
    for (let next = await pushing.next(); !next.done; next = await pushing.next()) events.push(next.value);
    return events;
  }

  const steps = {
    async "files are pushed with progress"() {
      await make(first);
      const events = await push(first, files);
      const finished = events.filter(({ event, progress }) => event === "fileProgress" && progress === 1);
      for (const path of Object.keys(files).filter((path) => path.endsWith(".bin"))) {
        equal(
          finished.some((event) => event.path === path),
          true,
          `${path} is finished`,
        );
      }
    },
    async "entries tell their hash"() {
      for await (const entry of client.listFiles({ ...first, recursive: true })) {
        if (!entry.path.endsWith(".bin")) continue;
        equal(entry.lfs.oid, await sha256(files[entry.path]), entry.path);
        equal(/^[0-9a-f]{64}$/.test(entry.xetHash), true, `the hash of ${entry.path}`);
      }
    },
    async "files are downloaded in chunks"() {
      for (const [path, bytes] of Object.entries(files)) {
        const info = await client.fileDownloadInfo({ ...first, path });
        equal([info.size, info.xet !== undefined], [bytes.length, path.endsWith(".bin")], path);
        const { blob, bytes: got } = await content(first, path);
        equal("reconstructionUrl" in blob, path.endsWith(".bin"), `the kind of ${path}`);
        equal(await sha256(got), await sha256(bytes), path);
      }
    },
    async "ranges of files are downloaded"() {
      const { blob, bytes } = await content(first, "weights/noise.bin");
      for (const [start, end] of [
        [0, 1],
        [5_999_999, 6_000_000],
        [123_456, 123_457],
        [1_000_000, 3_456_789],
        [4_000_000, 9_000_000],
      ]) {
        equal(
          await sha256(await bytesOf(blob.slice(start, end))),
          await sha256(bytes.slice(start, end)),
          `${start}-${end}`,
        );
      }
    },
    async "plain downloads give the same bytes"() {
      const { blob, bytes } = await content(first, "weights/floats.bin", { xet: false });
      equal("reconstructionUrl" in blob, false, "the kind");
      equal(await sha256(bytes), await sha256(floats), "the bytes");
    },
    async "the same content goes to another repo"() {
      await make(second);
      await push(second, { "again.bin": files["weights/noise.bin"] });
      equal(
        await sha256((await content(second, "again.bin")).bytes),
        await sha256(files["weights/noise.bin"]),
        "bytes",
      );
    },
    async "a content with something in the middle"() {
      await make(third);
      const old = files["weights/noise.bin"];
      const changed = new Uint8Array(old.length + 50_000);
      changed.set(old.subarray(0, 3_000_000));
      changed.set(noise(50_000, seed ^ 0x5555), 3_000_000);
      changed.set(old.subarray(3_000_000), 3_050_000);
      await push(third, { "changed.bin": changed });
      equal(await sha256((await content(third, "changed.bin")).bytes), await sha256(changed), "bytes");
    },
  };
  for (const step of Object.values(steps)) await step();
  return Object.keys(steps);
}
