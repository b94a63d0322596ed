/**
 * `<hubferry-drop>`: drop a folder, look through it, push it to the Hub.
 *
 * The element renders the model and hands it what happens: drags, dialogs, keys. Everything it knows is in `model.ts`; everything
 * it shows is in `views/`. File names are only ever text. It works below a content security policy without inline styles and
 * scripts: style sheets are constructed, sizes are set through the CSSOM.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { batchOf } from "./batch.js";
import type { RepoKind } from "./destination.js";
import { Drags } from "./drags.js";
import type { HubferryDropEventMap } from "./drop-events.js";
import type { Source } from "./listing.js";
import { DropModel, type StageName } from "./model.js";
import { hubferryPackage } from "./package.js";
import { PageHold, thisPage } from "./page-hold.js";
import { pickFolder } from "./pick-folder.js";
import { controls } from "./styles/controls.js";
import { form } from "./styles/form.js";
import { lists } from "./styles/lists.js";
import { review } from "./styles/review.js";
import { theme } from "./styles/theme.js";
import { transfer } from "./styles/transfer.js";
import { unfinished } from "./styles/unfinished.js";
import { views } from "./styles/views.js";
import type { Host } from "./views/host.js";
import { overlayView } from "./views/overlay.js";
import { stageView } from "./views/stage.js";

/** CSS pixels of a row of a list, and of one with two lines. */
const ROW = 40;
const TALL_ROW = 52;
/** CSS pixels of width below which rows have two lines; as the container query of the lists. */
const NARROW = 560;
/** The public Hub. */
const PUBLIC_HUB = "https://huggingface.co";
/** Milliseconds that a picture of a running push waits for the screen at most: a hidden page draws none. */
const LATEST_DRAWING_MS = 250;

/**
 * The drag-and-drop uploader.
 *
 * @example
 * ```html
 * <hubferry-drop repo="datasets/alice/photos" branch="main"></hubferry-drop>
 * ```
 *
 * @slot heading - Replaces the words of the empty stage.
 * @slot hint - Replaces the line below them.
 *
 * @csspart zone - The card of the empty stage.
 * @csspart card - The card of any other stage.
 * @csspart form - The form of the destination.
 * @csspart button - Every larger button; `push` is the one that pushes.
 * @csspart overlay - What covers the page during a drag.
 *
 * @cssproperty --hubferry-accent - Colour of actions and progress; `--hubferry-accent-strong` on hover, `--hubferry-on-accent` upon it.
 * @cssproperty --hubferry-surface - Background of cards; `--hubferry-sunken` of what lies deeper, `--hubferry-tint` of what is chosen.
 * @cssproperty --hubferry-text - Text; `--hubferry-muted` for secondary text.
 * @cssproperty --hubferry-line - Separators; `--hubferry-field` for edges of fields.
 * @cssproperty --hubferry-good - Success; likewise `--hubferry-warn`, `--hubferry-warn-tint`, `--hubferry-bad`, `--hubferry-bad-tint`.
 * @cssproperty --hubferry-read - The part of the bar that was read but not sent yet.
 * @cssproperty --hubferry-radius - Corners of cards; the others follow.
 * @cssproperty --hubferry-mono - Font of tokens and ids.
 *
 * @fires hubferry-state - Another stage began.
 * @fires hubferry-progress - A push moved on.
 * @fires hubferry-commit - A push ended well.
 * @fires hubferry-error - A push failed.
 */
export class HubferryDrop extends LitElement implements Host {
  static override readonly styles = [theme, controls, views, unfinished, form, review, transfer, lists];

  /**
   * Address of the Hub.
   * @default "https://huggingface.co"
   */
  @property({ attribute: "hub-url" }) hubUrl = PUBLIC_HUB;
  /** The repo that the form begins with, as `user/name`, `datasets/user/name` or `spaces/user/name`. */
  @property() repo = "";
  /** The type that the form begins with; a prefix in `repo` wins. */
  @property({ attribute: "repo-type" }) repoType: RepoKind = "model";
  /**
   * The branch that the form begins with. A missing one is made.
   * @default "main"
   */
  @property() branch = "main";
  /** The folder in the repo that the form begins with. */
  @property({ attribute: "path-in-repo" }) pathInRepo = "";
  /** Patterns that the form begins with, one per line: only files that match one of them are pushed. */
  @property({ attribute: "allow-patterns" }) allowPatterns = "";
  /** Patterns that the form begins with, one per line: no files that match one of them are pushed. */
  @property({ attribute: "ignore-patterns" }) ignorePatterns = "";
  /**
   * Whether `.gitignore` files are respected, to begin with.
   * @default "local"
   */
  @property() gitignore: "local" | "off" = "local";
  /** Whether the push deletes what the repo holds and the chosen files do not, to begin with. */
  @property({ type: Boolean }) mirror = false;
  /** Whether a pull request is opened instead of committing to the branch, to begin with. */
  @property({ type: Boolean, attribute: "pull-request" }) pullRequest = false;
  /**
   * The access token that the form begins with. Not an attribute on purpose: markup is stored, shared and logged, the
   * memory of a tab is not.
   */
  @property({ attribute: false }) accessToken = "";
  /**
   * Where files can be dropped: anywhere on the page, or on the element only. Files that are dropped elsewhere are then left
   * to the page.
   * @default "page"
   */
  @property({ attribute: "drop-target" }) dropTarget: "page" | "element" = "page";

  /** Internal: the state behind the views. */
  readonly model = new DropModel(hubferryPackage, PUBLIC_HUB, {
    changed: () => {
      this.#holdPage();
      this.requestUpdate();
    },
    entered: (stage) => {
      this.#entered(stage);
    },
    progressed: (transfer) => {
      this.#tell("hubferry-progress", {
        share: transfer.shown,
        condition: transfer.condition.is,
        progress: transfer.progress,
      });
    },
    committed: (output) => {
      this.#tell("hubferry-commit", output);
    },
    failed: (error) => {
      this.#tell("hubferry-error", { error });
    },
  });

  /** Internal. */
  @state() tokenShown = false;
  /** Internal. */
  @state() rowHeight = ROW;
  /** Internal. */
  readonly canChooseFolders = "webkitdirectory" in HTMLInputElement.prototype;

  // Whether the person goes by keyboard: a heading that gets the focus by itself shows it to them only.
  @state() private byKeys = false;
  @query("#files") private filesInput!: HTMLInputElement;
  @query("#folder") private folderInput!: HTMLInputElement;
  // What has the focus, to see whether a rendering takes it away.
  #focused: Element | null = null;
  #focusOn: string | undefined;
  #isFocusing = false;
  #said = "";
  #listeners: AbortController | undefined;
  readonly #hold = new PageHold(thisPage());
  readonly #drags: Drags;
  readonly #resized = new ResizeObserver(([entry]) => {
    const width = entry?.contentRect.width ?? NARROW;
    this.rowHeight = width < NARROW ? TALL_ROW : ROW;
  });

  constructor() {
    super();
    const { model } = this;
    this.#drags = new Drags({
      get accepts() {
        return model.accepts;
      },
      take: (source) => {
        this.take(source);
      },
      changed: () => {
        this.requestUpdate();
      },
    });
  }

  /** The stage that is shown. */
  get state(): StageName {
    return this.model.stage.is;
  }

  /** Internal. */
  get canKeepAwake(): boolean {
    return this.#hold.canKeepAwake;
  }

  /** Takes in files from elsewhere, as if they had been dropped. Call it in the very event that brought them. */
  take(source: Source): void {
    this.model.take(source, batchOf(source));
  }

  /** Forgets the chosen files; what was typed stays. Does nothing while a push runs. */
  clear(): void {
    if (this.model.accepts) this.model.clear();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("state", this.state);
    this.#resized.observe(this);
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.#drags.listen(this.dropTarget === "page" ? window : this, signal);
    for (const name of ["keydown", "pointerdown", "drop"])
      window.addEventListener(name, this.#touched, { signal, capture: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#listeners?.abort();
    // An element that is only moved comes back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.model.dispose();
      this.#hold.want({ warning: false, awake: false });
    });
  }

  /** Internal. */
  chooseFiles(): void {
    this.filesInput.click();
  }

  /** Internal. */
  chooseFolder(): void {
    void pickFolder().then((picked) => {
      if (picked === "no picker") this.folderInput.click();
      else if (picked !== undefined) this.take(picked);
    });
  }

  /** Internal. */
  push(): void {
    void this.model.push().then((begun) => {
      if (!begun) this.#focusNext(this.model.check.errors.length > 0 ? "#findings" : "[aria-invalid]");
    });
  }

  /** Internal. */
  showToken(shown: boolean): void {
    this.tokenShown = shown;
  }

  /** Internal. */
  correct(field: string): void {
    this.model.back();
    if (field !== "") this.#focusNext(`#field-${field}`);
  }

  /** Internal. */
  undo(): void {
    this.model.chosen.undoRemove();
    this.#focusNext("[role=tree]");
  }

  /** Internal. */
  keepFolder(folder: string): void {
    this.model.edit({ pathInRepo: folder });
    this.#focusNext("#field-pathInRepo");
  }

  // While a push runs, thousands of things change: they are shown together, once per picture.
  protected override scheduleUpdate(): Promise<unknown> | undefined {
    if (this.model.stage.is === "uploading") return nextPicture().then(() => super.scheduleUpdate());
    void super.scheduleUpdate();
    return undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#focused = this.shadowRoot?.activeElement ?? null;
    if (!this.hasUpdated) this.model.lookForUnfinished();
    if (changed.has("hubUrl")) this.model.hubUrl = this.hubUrl;
    if (changed.has("repoType")) this.model.edit({ type: this.repoType });
    if (changed.has("repo") && this.repo !== "") this.model.editRepo(this.repo);
    if (changed.has("branch")) this.model.edit({ branch: this.branch });
    if (changed.has("pathInRepo")) this.model.edit({ pathInRepo: this.pathInRepo });
    if (changed.has("allowPatterns")) this.model.edit({ onlyThese: this.allowPatterns });
    if (changed.has("ignorePatterns")) this.model.edit({ leaveOut: this.ignorePatterns });
    if (changed.has("gitignore")) this.model.edit({ gitignore: this.gitignore !== "off" });
    if (changed.has("mirror")) this.model.edit({ mirror: this.mirror });
    if (changed.has("pullRequest")) this.model.edit({ pullRequest: this.pullRequest });
    if (changed.has("accessToken") && this.accessToken !== "") this.model.edit({ token: this.accessToken });
  }

  protected override render(): TemplateResult {
    const { drag } = this.#drags;
    return html`
      <div class="frame ${this.byKeys ? "by-keys" : ""}" @keydown=${this.#escape}>${stageView(this)}</div>
      <div class="visually-hidden" role="status" aria-live="polite">${this.#voice()}</div>
      <div class="visually-hidden" role="alert">${this.#alarm()}</div>
      <input id="files" type="file" multiple hidden aria-label="Files to push" @change=${this.#chosen} />
      <input id="folder" type="file" webkitdirectory hidden aria-label="Folder to push" @change=${this.#chosen} />
      ${drag === undefined ? nothing : overlayView(drag)}
    `;
  }

  protected override updated(): void {
    const lost = this.#focused !== null && !this.#focused.isConnected;
    const target = this.#focusOn ?? (lost ? "#heading" : undefined);
    this.#focused = null;
    this.#focusOn = undefined;
    if (target === undefined) return;
    this.#isFocusing = true;
    afterLayout(() => {
      this.renderRoot.querySelector<HTMLElement>(target)?.focus();
      this.#isFocusing = false;
      this.requestUpdate();
    });
  }

  // What the live region says: news wait until the heading that they belong to has the focus, and so was heard.
  #voice(): string {
    if (this.#focusOn === undefined && !this.#isFocusing) this.#said = this.model.announcer.text;
    return this.#said;
  }

  // Where the focus goes with the next rendering.
  #focusNext(selector: string): void {
    this.#focusOn = selector;
    this.requestUpdate();
  }

  // What must not wait: a failure, or a reason why nothing was pushed.
  #alarm(): string {
    const { stage, chosen, complaint } = this.model;
    if (stage.is === "failed") return `${stage.failure.title}. ${stage.failure.message}`;
    return chosen.notice ?? (stage.is === "review" ? complaint : undefined) ?? "";
  }

  #entered(stage: StageName): void {
    this.setAttribute("state", stage);
    // The page may be doing something else: its focus is not ours to take.
    const focused = document.activeElement;
    const free = focused === null || focused === document.body || focused === this || this.contains(focused);
    this.#focusOn = free ? "#heading" : undefined;
    this.#tell("hubferry-state", { state: stage });
  }

  #holdPage(): void {
    this.#hold.want({ warning: this.model.busy, awake: this.model.wakeful });
  }

  // Steps back where that loses nothing. A running push is not stopped by a key.
  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const details = (event.target as Element).closest<HTMLDetailsElement>("details[open]");
    const { is } = this.model.stage;
    if (details !== null) {
      details.open = false;
      details.querySelector("summary")?.focus();
    } else if (is === "scanning") this.model.chosen.stopScan();
    else if (is === "failed" || is === "cancelled") this.model.back();
    else if (is === "again") this.model.clear();
    else return;
    event.preventDefault();
  };

  readonly #chosen = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const { files } = input;
    if (files === null || files.length === 0) return;
    this.take(Array.from(files));
    // The same choice again is a choice.
    input.value = "";
  };

  readonly #touched = (event: Event): void => {
    this.byKeys = event.type === "keydown";
  };

  #tell<Name extends keyof HubferryDropEventMap>(name: Name, detail: HubferryDropEventMap[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

// Asking for the focus at once would lay the new view out within the task that made it, and hold up the page for both.
function afterLayout(act: () => void): void {
  requestAnimationFrame(() => setTimeout(act));
}

function nextPicture(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LATEST_DRAWING_MS);
    requestAnimationFrame(() => {
      clearTimeout(late);
      resolve();
    });
  });
}
