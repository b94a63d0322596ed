/**
 * What crosses the boundary to the engine, as plain values.
 *
 * The types are generated from `src/wire/` when the wasm is built; nothing is written by hand here. Public types are
 * hand-written elsewhere: what the engine says may change, what callers see may not.
 */
export type {
  Answers,
  Ask,
  BodyPartView,
  CommitStateView,
  DryRunView,
  ErrorView,
  EventView,
  FailureView,
  FileOutcomeView,
  IngestedView,
  InputView,
  OperationSpec,
  PackOptionsView,
  ProbeResultView,
  ProgressView,
  PushOutputView,
  PushSpec,
  RepoSpec,
  RequestView,
  ShardView,
  StepView,
  TellView,
} from "./wasm/core.js";
