/**
 * The chosen files as a tree that is kept up to date while files are added and removed.
 *
 * Invariants: the sums of a folder are those of what lies below it; no folder but the root is empty; a name is unique in
 * its folder. Files come in one by one, so building it never takes a long task.
 *
 * It knows nothing of where files come from or go to.
 */

/** A file of the tree. */
export interface FileNode {
  readonly kind: "file";
  readonly name: string;
  /** Path below the root, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly content: Blob;
  parent: FolderNode;
}

/** A folder of the tree. */
export interface FolderNode {
  readonly kind: "folder";
  readonly name: string;
  /** Path below the root, with `/`; the root's is empty. */
  readonly path: string;
  parent: FolderNode | undefined;
  readonly children: Map<string, TreeNode>;
  /** Files below it, at any depth. */
  files: number;
  /** Their bytes. */
  bytes: number;
  /** Whether its children are listed. */
  open: boolean;
}

/** A file or a folder. */
export type TreeNode = FileNode | FolderNode;

/** One visible line of the tree, with what a screen reader is told about its place. */
export interface TreeRow {
  readonly node: TreeNode;
  /** Depth from 1. */
  readonly level: number;
  /** Place among its siblings, from 1. */
  readonly position: number;
  /** How many siblings there are, itself included. */
  readonly siblings: number;
}

/** What adding a file did. */
export type Added = "added" | "replaced" | "displaced";

/** The chosen files. */
export class FileTree {
  readonly root: FolderNode = newFolder("", "", undefined);
  #sorted = new WeakMap<FolderNode, TreeNode[]>();
  #rows: TreeRow[] | undefined;

  /** How many files there are. */
  get files(): number {
    return this.root.files;
  }

  /** Sum of their sizes. */
  get bytes(): number {
    return this.root.bytes;
  }

  /**
   * Adds a file; one at the same path is replaced.
   *
   * Shape: `displaced` means that a file gave way to a folder of the same name or the other way round; git cannot hold both.
   */
  add(path: string, size: number, content: Blob): Added {
    const names = path.split("/").filter((name) => name !== "");
    const name = names.pop();
    if (name === undefined) return "replaced";
    let outcome: Added = "added";
    let folder = this.root;
    for (const part of names) {
      let next = folder.children.get(part);
      if (next?.kind === "file") {
        this.#detach(next);
        outcome = "displaced";
        next = undefined;
      }
      if (next === undefined) {
        next = newFolder(part, folder.path === "" ? part : `${folder.path}/${part}`, folder);
        this.#insert(folder, next);
      }
      folder = next;
    }
    const before = folder.children.get(name);
    if (before !== undefined) {
      outcome = before.kind === "folder" ? "displaced" : outcome === "added" ? "replaced" : outcome;
      this.#detach(before);
    }
    const file: FileNode = { kind: "file", name, path: [...names, name].join("/"), size, content, parent: folder };
    this.#insert(folder, file);
    grow(folder, 1, size);
    return outcome;
  }

  /** Takes a file or a folder out, with the folders that it leaves empty. */
  remove(node: TreeNode): void {
    this.#detach(node);
    let folder = node.parent;
    while (folder?.parent !== undefined && folder.children.size === 0) {
      this.#detach(folder);
      folder = folder.parent;
    }
  }

  /** Puts back what {@link remove} took out, here or in an earlier tree; a folder as a whole where its place is free. */
  restore(node: TreeNode): void {
    const parent = this.#folderOf(node.path);
    if (parent === undefined || parent.children.has(node.name)) {
      const files = node.kind === "folder" ? this.#walk(node) : [node];
      for (const file of files) this.add(file.path, file.size, file.content);
      return;
    }
    node.parent = parent;
    this.#insert(parent, node);
    if (node.kind === "file") grow(parent, 1, node.size);
    else grow(parent, node.files, node.bytes);
  }

  /** Opens or closes a folder. */
  setOpen(folder: FolderNode, open: boolean): void {
    folder.open = open;
    this.#rows = undefined;
  }

  /** Opens the folders that are open in another tree. */
  openAsIn(other: FileTree): void {
    const folders = [other.root];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const child of folder.children.values()) if (child.kind === "folder") folders.push(child);
      if (!folder.open) continue;
      const same = this.find(folder.path);
      if (same?.kind === "folder") this.setOpen(same, true);
    }
  }

  /** The node at a path. */
  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = node.kind === "folder" ? node.children.get(name) : undefined;
      if (node === undefined) return undefined;
    }
    return node;
  }

  /** Every file, folders first, names in the order of their code units. */
  all(): Iterable<FileNode> {
    return this.#walk(this.root);
  }

  /**
   * Opens folders so that a first look shows something useful: all of them when the whole tree has at most `limit` lines,
   * else only those that are the single child of the one above.
   */
  openForFirstLook(limit: number): void {
    let lines = 0;
    const folders: FolderNode[] = [];
    const waiting = [this.root];
    for (let folder = waiting.pop(); folder !== undefined && lines <= limit; folder = waiting.pop()) {
      folders.push(folder);
      lines += folder.children.size;
      if (lines > limit) break;
      for (const child of folder.children.values()) if (child.kind === "folder") waiting.push(child);
    }
    if (lines <= limit) {
      for (const folder of folders) this.setOpen(folder, true);
      return;
    }
    let only = this.root;
    while (only.children.size === 1) {
      const [child] = only.children.values();
      if (child?.kind !== "folder") return;
      this.setOpen(child, true);
      only = child;
    }
  }

  /** The lines to show: the children of the root and of every open folder. */
  rows(): readonly TreeRow[] {
    this.#rows ??= this.#listRows();
    return this.#rows;
  }

  #listRows(): TreeRow[] {
    const rows: TreeRow[] = [];
    // A stack of our own: a deep tree must not end the call stack.
    const stack: { list: TreeNode[]; next: number; level: number }[] = [
      { list: this.#children(this.root), next: 0, level: 1 },
    ];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const node = top.list[top.next];
      if (node === undefined) {
        stack.pop();
        continue;
      }
      top.next += 1;
      rows.push({ node, level: top.level, position: top.next, siblings: top.list.length });
      if (node.kind === "folder" && node.open)
        stack.push({ list: this.#children(node), next: 0, level: top.level + 1 });
    }
    return rows;
  }

  // The folder that a path lies in, made where it is missing; nothing when there is a file in the way.
  #folderOf(path: string): FolderNode | undefined {
    let folder = this.root;
    for (const name of path.split("/").slice(0, -1)) {
      let next = folder.children.get(name);
      if (next?.kind === "file") return undefined;
      if (next === undefined) {
        next = newFolder(name, folder.path === "" ? name : `${folder.path}/${name}`, folder);
        this.#insert(folder, next);
      }
      folder = next;
    }
    return folder;
  }

  *#walk(folder: FolderNode): Iterable<FileNode> {
    const stack: { list: TreeNode[]; next: number }[] = [{ list: this.#children(folder), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const node = top.list[top.next];
      top.next += 1;
      if (node === undefined) stack.pop();
      else if (node.kind === "file") yield node;
      else stack.push({ list: this.#children(node), next: 0 });
    }
  }

  #children(folder: FolderNode): TreeNode[] {
    let list = this.#sorted.get(folder);
    if (list === undefined) {
      list = [...folder.children.values()].sort(foldersFirst);
      this.#sorted.set(folder, list);
    }
    return list;
  }

  #insert(folder: FolderNode, node: TreeNode): void {
    folder.children.set(node.name, node);
    this.#sorted.delete(folder);
    this.#rows = undefined;
  }

  #detach(node: TreeNode): void {
    const folder = node.parent;
    if (folder?.children.get(node.name) !== node) return;
    folder.children.delete(node.name);
    this.#sorted.delete(folder);
    this.#rows = undefined;
    if (node.kind === "file") grow(folder, -1, -node.size);
    else grow(folder, -node.files, -node.bytes);
  }
}

function newFolder(name: string, path: string, parent: FolderNode | undefined): FolderNode {
  return { kind: "folder", name, path, parent, children: new Map(), files: 0, bytes: 0, open: false };
}

function grow(folder: FolderNode, files: number, bytes: number): void {
  for (let each: FolderNode | undefined = folder; each !== undefined; each = each.parent) {
    each.files += files;
    each.bytes += bytes;
  }
}

function foldersFirst(a: TreeNode, b: TreeNode): number {
  if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
