// Programs written for @huggingface/hub change their import line and nothing else: what it takes is taken, what it gives is given.
import type * as peer from "@huggingface/hub";
import { describe, expectTypeOf, it } from "vitest";
import type * as hubferry from "../src/index.js";

type Peer = typeof peer;
type Ours = typeof hubferry;
type Shared = keyof Peer & keyof Ours;
type FunctionOf<M, K extends keyof M> = Extract<M[K], (params: never) => unknown>;
type Takes<M, K extends keyof M> = Parameters<FunctionOf<M, K>>[0];
type Gives<M, K extends keyof M> = ReturnType<FunctionOf<M, K>>;
/** A call that reads, or that changes a repo as a whole: everything is shared. */
type Call =
  | "checkRepoAccess"
  | "createBranch"
  | "createRepo"
  | "deleteBranch"
  | "deleteRepo"
  | "downloadFile"
  | "fileDownloadInfo"
  | "fileExists"
  | "listCommits"
  | "listFiles"
  | "repoExists"
  | "whoAmI";
/** Uploads: shared but for editing in place, copies between buckets, and their cache. */
type Upload =
  "uploadFile" | "uploadFiles" | "uploadFilesWithProgress" | "commit" | "commitIter" | "deleteFile" | "deleteFiles";
type Plain<P> = Omit<P, "rangeEditCache" | "file" | "files" | "operations">;

describe("@huggingface/hub", () => {
  it("shares its functions with us", () => {
    expectTypeOf<Call | Upload | "pathsInfo">().toExtend<Shared>();
    expectTypeOf<"HUB_URL" | "HubApiError" | "InvalidApiResponseFormatError">().toExtend<Shared>();
  });

  it("takes nothing in calls that we do not", () => {
    expectTypeOf<Takes<Peer, "checkRepoAccess">>().toExtend<Takes<Ours, "checkRepoAccess">>();
    expectTypeOf<Takes<Peer, "createBranch">>().toExtend<Takes<Ours, "createBranch">>();
    expectTypeOf<Takes<Peer, "createRepo">>().toExtend<Takes<Ours, "createRepo">>();
    expectTypeOf<Takes<Peer, "deleteBranch">>().toExtend<Takes<Ours, "deleteBranch">>();
    expectTypeOf<Takes<Peer, "deleteFile">>().toExtend<Takes<Ours, "deleteFile">>();
    expectTypeOf<Takes<Peer, "deleteFiles">>().toExtend<Takes<Ours, "deleteFiles">>();
    expectTypeOf<Takes<Peer, "fileDownloadInfo">>().toExtend<Takes<Ours, "fileDownloadInfo">>();
    expectTypeOf<Takes<Peer, "fileExists">>().toExtend<Takes<Ours, "fileExists">>();
    expectTypeOf<Takes<Peer, "listCommits">>().toExtend<Takes<Ours, "listCommits">>();
    expectTypeOf<Takes<Peer, "deleteRepo">>().toExtend<Takes<Ours, "deleteRepo">>();
    expectTypeOf<Takes<Peer, "downloadFile">>().toExtend<Takes<Ours, "downloadFile">>();
    expectTypeOf<Takes<Peer, "listFiles">>().toExtend<Takes<Ours, "listFiles">>();
    expectTypeOf<Takes<Peer, "pathsInfo">>().toExtend<Takes<Ours, "pathsInfo">>();
    expectTypeOf<Takes<Peer, "repoExists">>().toExtend<Takes<Ours, "repoExists">>();
    expectTypeOf<Takes<Peer, "whoAmI">>().toExtend<Takes<Ours, "whoAmI">>();
    // Literals are checked for unknown names, too.
    expectTypeOf<keyof Takes<Peer, Call>>().toExtend<keyof Takes<Ours, Call>>();
    expectTypeOf<keyof Takes<Peer, "downloadFile">>().toExtend<keyof Takes<Ours, "downloadFile">>();
  });

  it("takes nothing in uploads that we do not, but editing in place", () => {
    type Files = (URL | File | { path: string; content: peer.ContentSource })[];
    expectTypeOf<Plain<Takes<Peer, "uploadFiles">>>().toExtend<Plain<Takes<Ours, "uploadFiles">>>();
    expectTypeOf<Plain<Takes<Peer, "uploadFile">>>().toExtend<Plain<Takes<Ours, "uploadFile">>>();
    expectTypeOf<Plain<Takes<Peer, "commit">>>().toExtend<Plain<Takes<Ours, "commit">>>();
    expectTypeOf<Files>().toExtend<Takes<Ours, "uploadFiles">["files"]>();
    expectTypeOf<Files[number]>().toExtend<Takes<Ours, "uploadFile">["file"]>();
    expectTypeOf<(peer.CommitFile | peer.CommitDeletedEntry)[]>().toExtend<Takes<Ours, "commit">["operations"]>();
    expectTypeOf<Exclude<keyof Takes<Peer, "uploadFiles">, "rangeEditCache">>().toExtend<
      keyof Takes<Ours, "uploadFiles">
    >();
    expectTypeOf<Exclude<keyof Takes<Peer, "commit">, "rangeEditCache">>().toExtend<keyof Takes<Ours, "commit">>();
  });

  it("gives nothing that we do not", () => {
    expectTypeOf<Gives<Ours, "checkRepoAccess">>().toExtend<Gives<Peer, "checkRepoAccess">>();
    expectTypeOf<Gives<Ours, "deleteBranch">>().toExtend<Gives<Peer, "deleteBranch">>();
    expectTypeOf<Gives<Ours, "deleteFile">>().toExtend<Gives<Peer, "deleteFile">>();
    expectTypeOf<Gives<Ours, "deleteFiles">>().toExtend<Gives<Peer, "deleteFiles">>();
    expectTypeOf<Gives<Ours, "fileDownloadInfo">>().toExtend<Gives<Peer, "fileDownloadInfo">>();
    expectTypeOf<Gives<Ours, "fileExists">>().toExtend<Gives<Peer, "fileExists">>();
    expectTypeOf<Gives<Ours, "listCommits">>().toExtend<Gives<Peer, "listCommits">>();
    expectTypeOf<Gives<Ours, "createRepo">>().toExtend<Gives<Peer, "createRepo">>();
    expectTypeOf<Gives<Ours, "downloadFile">>().toExtend<Gives<Peer, "downloadFile">>();
    expectTypeOf<Gives<Ours, "listFiles">>().toExtend<Gives<Peer, "listFiles">>();
    expectTypeOf<Gives<Ours, "repoExists">>().toExtend<Gives<Peer, "repoExists">>();
    expectTypeOf<Gives<Ours, "whoAmI">>().toExtend<Gives<Peer, "whoAmI">>();
    expectTypeOf<Gives<Ours, "commit">>().toExtend<Gives<Peer, "commit">>();
    expectTypeOf<Gives<Ours, "uploadFiles">>().toExtend<Gives<Peer, "uploadFiles">>();
    expectTypeOf<hubferry.CommitOutput>().toExtend<peer.CommitOutput>();
    expectTypeOf<hubferry.CommitProgressEvent>().toEqualTypeOf<peer.CommitProgressEvent>();
    expectTypeOf<hubferry.PathInfo>().toExtend<peer.PathInfo>();
  });
});
