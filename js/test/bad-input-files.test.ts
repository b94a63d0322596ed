// Files that are not what they were, or cannot be read: the push fails by a typed error that names the file, and nothing is committed.
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { uploadFile, uploadFolder } from "../src/entry/node.js";
import { LazyBlob } from "../src/source/lazy.js";
import { freshRepo, refuse, type BadCase, type Known } from "./harness/bad-input.js";
import { temporaryFolder } from "./harness/folder.js";
import { LocalHub } from "./harness/hub.js";
import { Server } from "./harness/server.js";

const hub = new LocalHub();
let known: Known;
beforeAll(async () => {
  await hub.start();
  known = await freshRepo(hub);
});
afterAll(() => hub.stop());

function table(name: string, rows: readonly BadCase[]): void {
  describe(name, () => {
    it.each(rows)("$name", (bad) => refuse(hub, known, bad), 60_000);
  });
}

const changed = { error: "FileChangedError", code: "file_changed" } as const;
const unreadable = { error: "HubferryError", code: "file_unreadable" } as const;
const invalid = { error: "InvalidInputError", code: "invalid_input" } as const;

/** What can happen to a file on a disk. */
const CHANGES: readonly [string, (file: string) => void, RegExp][] = [
  [
    "grows",
    (file) => {
      appendFileSync(file, "more");
    },
    /had \d+ bytes and now has \d+/,
  ],
  [
    "shrinks",
    (file) => {
      truncateSync(file, 1);
    },
    /had \d+ bytes and now has 1/,
  ],
  [
    "becomes empty",
    (file) => {
      truncateSync(file, 0);
    },
    /now has 0/,
  ],
  [
    "is written again",
    (file) => {
      utimesSync(file, new Date(), new Date(Date.now() + 10_000));
    },
    /written to after it was chosen/,
  ],
  [
    "vanishes",
    (file) => {
      rmSync(file);
    },
    /not there any more/,
  ],
  [
    "moves away",
    (file) => {
      renameSync(file, `${file}.moved`);
    },
    /not there any more/,
  ],
];

/** Pushes a file of the disk that changes when a request to this part of the API is made. */
function changing(size: number, when: RegExp, change: (file: string) => void): BadCase["run"] {
  return (known) => {
    const file = join(temporaryFolder({ "some file.bin": new Uint8Array(size).fill(7) }), "some file.bin");
    let is = false;
    const watched: typeof fetch = (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      if (!is && when.test(url)) {
        is = true;
        change(file);
      }
      return fetch(input, init);
    };
    // Only what goes to the LFS store is read again when it is sent.
    const useXet = when.source.includes("batch") ? false : undefined;
    return uploadFile({ ...known, useXet, fetch: watched, file: pathToFileURL(file) });
  };
}

for (const [what, size, when] of [
  ["a small file on disk, when its type is asked", 3000, /\/preupload\//],
  ["a large file on disk, when its type is asked", 12_000_000, /\/preupload\//],
  ["a large file on disk, when its content is offered", 12_000_000, /\/info\/lfs\/objects\/batch/],
] as const) {
  table(
    what,
    CHANGES.map(([name, change, says]) => ({
      name,
      run: changing(size, when, change),
      ...changed,
      says: [/"some file\.bin"/, says, /choose (it|the file) again/],
      asked: "anything but a commit",
    })),
  );
}

/** A file as a page has it, of which the system can no longer give all bytes. */
function broken(size: number, from: number, thrown: () => Error): Blob {
  const read = (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
    end > from ? Promise.reject(thrown()) : Promise.resolve(new Uint8Array(end - start));
  return new LazyBlob({ read }, 0, size);
}
const NOT_READABLE = (): Error =>
  new DOMException("The requested file could not be read, typically due to permission problems", "NotReadableError");
const NOT_FOUND = (): Error => new DOMException("A requested file or directory could not be found", "NotFoundError");

const file =
  (path: string, content: Blob): BadCase["run"] =>
  (known) =>
    uploadFile({ ...known, file: { path, content } });

/** A file whose size and date are the system's at every look. */
class LiveFile extends File {
  looks = 0;
  constructor(
    content: Uint8Array<ArrayBuffer>,
    readonly now: { size?: number; lastModified?: number },
  ) {
    super([content], "live", { lastModified: 1000 });
  }
  override get size(): number {
    return ++this.looks > 3 ? (this.now.size ?? super.size) : super.size;
  }
  override get lastModified(): number {
    return ++this.looks > 3 ? (this.now.lastModified ?? 1000) : 1000;
  }
}

table("a file of a page", [
  {
    name: "cannot be read at all",
    run: file("a/b.bin", broken(5000, 0, NOT_READABLE)),
    ...unreadable,
    says: [/"a\/b\.bin"/, /can no longer (be )?read/],
    asked: "anything but a commit",
  },
  {
    name: "is gone",
    run: file("a/b.bin", broken(5000, 0, NOT_FOUND)),
    ...changed,
    says: [/"a\/b\.bin"/, /not there any more/],
    asked: "anything but a commit",
  },
  {
    name: "cannot be read to its end",
    run: file("a/b.bin", broken(30_000_000, 20_000_000, NOT_READABLE)),
    ...unreadable,
    says: [/"a\/b\.bin"/, /can no longer (be )?read/],
    asked: "anything but a commit",
  },
  {
    name: "cannot be read beyond 2 GiB",
    // By LFS it is read at the speed of the platform's digests; packing two gigabytes takes longer than a test may.
    run: (known) => file("huge.bin", broken(3 * 1024 ** 3, 2 * 1024 ** 3, NOT_READABLE))({ ...known, useXet: false }),
    ...unreadable,
    says: [/"huge\.bin"/, /can no longer (be )?read/],
    asked: "anything but a commit",
  },
  {
    name: "fails without a word",
    run: file(
      "a.bin",
      broken(5000, 0, () => new Error()),
    ),
    ...unreadable,
    says: [/"a\.bin"/, /no reason was given/],
    asked: "anything but a commit",
  },
  {
    name: "gives fewer bytes than it has",
    run: file("a.bin", new LazyBlob({ read: () => Promise.resolve(new Uint8Array(10)) }, 0, 5000)),
    ...changed,
    says: [/"a\.bin"/, /5000 bytes were expected, 10 were read/],
    asked: "anything but a commit",
  },
  {
    name: "has grown when it is looked at again",
    run: file("a.bin", new LiveFile(new Uint8Array(5000), { size: 6000 })),
    ...changed,
    says: [/"a\.bin"/, /had 5000 bytes and now has 6000|expected/],
    asked: "anything but a commit",
  },
  {
    name: "is newer when it is looked at again",
    run: file("a.bin", new LiveFile(new Uint8Array(5000), { lastModified: 2000 })),
    ...changed,
    says: [/"a\.bin"/, /written to after it was chosen/],
    asked: "anything but a commit",
  },
]);

table("a content that comes once", [
  {
    name: "is a stream that fails half-way",
    run: (known) => {
      let sent = 0;
      const content = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (sent++ < 12) controller.enqueue(new Uint8Array(1024 * 1024));
          else controller.error(new Error("the camera was unplugged"));
        },
      });
      return uploadFile({ ...known, file: { path: "film.bin", content } });
    },
    ...unreadable,
    says: [/"film\.bin" cannot be read: its stream failed \(the camera was unplugged\)/],
  },
  {
    name: "is a stream with fewer bytes than its size says",
    run: (known) => uploadFile({ ...known, file: { path: "s.bin", content: new Blob(["abc"]).stream(), size: 4 } }),
    ...invalid,
    says: [/"s\.bin" has 3 bytes, its size says 4/],
  },
  {
    name: "has another sha256 than was given",
    run: (known) => uploadFile({ ...known, file: { path: "s.bin", content: "abc", sha256: "0".repeat(64) } }),
    ...invalid,
    says: [/"s\.bin" has the sha256 ba7816bf[0-9a-f]{56}, but 0{64} was given/],
  },
  ...[403, 404, 500].map((status): BadCase => ({
    name: `is a URL whose server answers ${status}`,
    run: (known) =>
      served(
        (_, response) => response.writeHead(status).end(),
        (url) => uploadFile({ ...known, file: { path: "u.bin", content: url } }),
      ),
    ...unreadable,
    says: [
      /127\.0\.0\.1:\d+\/file cannot be read/,
      new RegExp(`answered ${status}`),
      /fetch it yourself and give a Blob/,
    ],
  })),
  {
    name: "is a URL whose server breaks off",
    run: (known) =>
      served(
        (_, response) => {
          response.writeHead(200, { "content-length": "5000000" });
          response.write("begun", () => response.destroy());
        },
        (url) => uploadFile({ ...known, file: { path: "u.bin", content: url } }),
      ),
    error: "HubferryError",
    code: "blocked",
    says: [/127\.0\.0\.1:\d+\/file/],
  },
]);

async function served(
  answer: ConstructorParameters<typeof Server>[0],
  use: (url: URL) => PromiseLike<unknown>,
): Promise<void> {
  const server = new Server(answer);
  try {
    await use(new URL("/file?signature=secret", await server.start()));
  } finally {
    await server.stop();
  }
}

table("a folder", [
  {
    name: "whose file vanishes while it is pushed",
    run: (known) => {
      const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b" });
      const watched: typeof fetch = (input, init) => {
        rmSync(join(folder, "b.txt"), { force: true });
        return fetch(input, init);
      };
      return uploadFolder({ ...known, folder, fetch: watched });
    },
    ...changed,
    says: [/"b\.txt"/, /not there any more/],
    asked: "anything but a commit",
  },
  {
    name: "whose file becomes a folder while it is pushed",
    run: (known) => {
      const folder = temporaryFolder({ "a.txt": "a" });
      let is = false;
      const watched: typeof fetch = (input, init) => {
        if (!is) {
          is = true;
          rmSync(join(folder, "a.txt"));
          mkdirSync(join(folder, "a.txt"));
          writeFileSync(join(folder, "a.txt", "inner"), "x");
        }
        return fetch(input, init);
      };
      return uploadFolder({ ...known, folder, fetch: watched });
    },
    ...changed,
    says: [/"a\.txt"/, /folder/],
    asked: "anything but a commit",
  },
]);
