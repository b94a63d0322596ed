// The package and the Hub's own Python client with hf_xet, both unmodified, on the same content: what one pushes the other reads, and
// neither sends what the other has sent.
import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { FULL, python, temporaryFolder } from "../harness/environment.mjs";
import { noise, prose, writeFolder } from "../harness/fixture.mjs";
import { importInstalled } from "../harness/project.mjs";
import { pythonEnvironment, run, startClientsHub } from "./scripts.mjs";

const MIB = 1024 * 1024;

const DOWNLOAD = `
import sys
from huggingface_hub import snapshot_download
snapshot_download(sys.argv[1], repo_type="dataset", local_dir=sys.argv[2])
`;
const UPLOAD = `
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[1], repo_type="dataset")
api.upload_folder(repo_id=sys.argv[1], repo_type="dataset", folder_path=sys.argv[2])
`;

/** Contents of every kind; of another seed they have nothing in common. */
const contentsOf = (seed) =>
  new Map([
    ["weights.bin", floats(24 * MIB, seed)],
    ["noise.bin", noise(19_000_001, seed + 1)],
    ["zeros.bin", Buffer.concat([Buffer.alloc(5 * MIB), noise(64, seed + 2)])],
    ["text.bin", prose(3_000_000, seed + 3)],
    ["one.bin", noise(1, seed + 4)],
    ...Array.from({ length: 40 }, (_, i) => [`many/${i}.bin`, noise(20_000 + 997 * i, seed + 5 + i)]),
  ]);

function floats(bytes, seed) {
  const numbers = new Uint32Array(noise(bytes, seed).buffer);
  return Buffer.from(Float32Array.from(numbers, (number) => (number / 2 ** 32 - 0.5) / 50).buffer);
}

/** Bytes of which no two seeds have any in common, however many there are. */
function cipher(bytes, seed) {
  const key = createHash("sha256").update(String(seed)).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const bodies = (requests) => requests.filter(({ route, method }) => route === "cas.xorb" && method === "POST");
const bytesOf = (requests) => bodies(requests).reduce((sum, { requestBytes }) => sum + requestBytes, 0);

describe("hubferry and hf_xet", () => {
  let hub;
  let hubferry;
  before(async () => {
    hub = await startClientsHub();
    hubferry = await importInstalled("hubferry");
  });
  after(() => hub?.stop());
  beforeEach(() => hub.forget());

  const runPython = async (script, ...args) => {
    const env = { ...pythonEnvironment(hub), HF_HUB_DISABLE_XET: "0" };
    const { status, output } = await run(python(), ["-c", script, ...args], { env });
    assert.equal(status, 0, output);
  };
  const known = () => ({ hubUrl: hub.url, accessToken: hub.token });
  const repoOf = (name) => ({ type: "dataset", name: `alice/${name}` });
  const folderOf = (name, contents) => {
    const folder = join(temporaryFolder("both-ways"), name);
    writeFolder(folder, contents);
    return folder;
  };
  const push = async (name, folder) => {
    await hubferry.createRepo({ ...known(), repo: repoOf(name), existOk: true });
    return await hubferry.uploadFolder({ ...known(), repo: repoOf(name), folder });
  };

  test("what hubferry pushes, hf_xet reads byte by byte", async () => {
    const contents = contentsOf(1_000);
    const { files } = await push("ours", folderOf("ours", contents));
    assert.ok(bodies(await hub.requests()).length > 0);
    assert.ok(files.every(({ state, xetHash }) => state === "added" && /^[0-9a-f]{64}$/.test(xetHash)));

    await hub.forget();
    const copy = join(temporaryFolder("both-ways"), "copy");
    await runPython(DOWNLOAD, "alice/ours", copy);
    for (const [path, bytes] of contents) assert.equal(sha256(readFileSync(join(copy, path))), sha256(bytes), path);
    const asked = (await hub.requests()).filter(({ route }) => route.startsWith("cas.reconstruction"));
    assert.ok(asked.length > 0, "it came from the content-addressed store");
  });

  test("what hf_xet pushed is not sent again, is called the same, and is read", async () => {
    const contents = contentsOf(2_000);
    const folder = folderOf("theirs", contents);
    await runPython(UPLOAD, "alice/theirs", folder);
    assert.ok(bytesOf(await hub.requests()) > 19_000_001);

    await hub.forget();
    const { files, bytes } = await push("theirs-again", folder);
    const requests = await hub.requests();
    assert.equal(bytesOf(requests), 0, `${bodies(requests).length} xorbs`);
    assert.equal(bytes.sent, 0);
    const theirs = await hubferry.pathsInfo({ ...known(), repo: repoOf("theirs"), paths: [...contents.keys()] });
    const names = (entries) => Object.fromEntries(entries.map(({ path, xetHash }) => [path, xetHash]));
    assert.deepEqual(
      names(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))),
      names(theirs.toSorted((a, b) => (a.path < b.path ? -1 : 1))),
    );
    for (const path of ["weights.bin", "zeros.bin", "many/7.bin"]) {
      const blob = await hubferry.downloadFile({ ...known(), repo: repoOf("theirs"), path });
      assert.equal(sha256(Buffer.from(await blob.arrayBuffer())), sha256(contents.get(path)), path);
    }
  });

  test("of a large file with a new header and a MiB in the middle little is sent", async () => {
    const size = (FULL ? 1024 : 96) * MIB;
    const folder = folderOf("versions", new Map());
    /** Writes the pieces of the file one after the other. */
    const write = (name, pieces) => {
      const file = openSync(join(folder, name), "w");
      for (const piece of pieces) writeSync(file, piece);
      closeSync(file);
    };
    const piece = 16 * MIB;
    const pieces = function* (header, inserted) {
      for (let at = 0; at < size; at += piece) {
        const bytes = cipher(piece, at / piece);
        if (at === 0) bytes.write(header);
        if (at === size / 2) yield inserted;
        yield bytes;
      }
    };
    mkdirSync(folder, { recursive: true });
    write("model.bin", pieces("version one", Buffer.alloc(0)));
    await push("versions", folder);
    assert.ok(bytesOf(await hub.requests()) > size);

    write("model.bin", pieces("version two, longer", noise(MIB, 9_999)));
    await hub.forget();
    await push("versions", folder);
    const sent = bytesOf(await hub.requests());
    assert.ok(sent > MIB && sent < 3 * MIB, `${sent} bytes`);
    console.log(`of ${size / MIB} MiB changed in two places ${sent} bytes were sent`);
  });

  test("the same content under three names is sent once", async () => {
    const size = (FULL ? 200 : 20) * 1_000_000;
    const content = noise(size, 4_000);
    const folder = folderOf("copies", new Map(["a.bin", "b.bin", "deep/c.bin"].map((path) => [path, content])));
    const { files, bytes } = await push("copies", folder);
    assert.equal(readdirSync(folder).length, 3);
    assert.equal(files.length, 3);
    const sent = bytesOf(await hub.requests());
    assert.ok(sent >= size && sent < size * 1.01, `${sent} bytes for ${size}`);
    assert.ok(bytes.deduplicated >= 2 * size, `${bytes.deduplicated} bytes deduplicated`);
  });
});
