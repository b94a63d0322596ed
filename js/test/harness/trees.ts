// Folders as browsers give them, made of plain objects.

/** A tree: texts are files, objects are folders, an `Error` cannot be opened. */
export interface Tree {
  readonly [name: string]: string | Error | Tree;
}

/** A dropped folder as browsers give it: callbacks, and at most 100 entries a call. */
export function droppedFolder(name: string, tree: Tree): FileSystemDirectoryEntry {
  const entries = Object.entries(tree).map(([child, content]) => droppedEntry(child, content));
  return {
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => {
      let read = 0;
      return {
        readEntries: (resolve: (batch: FileSystemEntry[]) => void) => {
          const batch = entries.slice(read, read + 100);
          read += batch.length;
          setTimeout(resolve, 0, batch);
        },
      };
    },
  } as unknown as FileSystemDirectoryEntry;
}

/** One dropped thing. */
export function droppedEntry(name: string, content: string | Error | Tree): FileSystemEntry {
  if (typeof content === "object" && !(content instanceof Error)) return droppedFolder(name, content);
  return {
    isFile: true,
    isDirectory: false,
    name,
    file: (resolve: (file: File) => void, reject: (error: unknown) => void) => {
      if (typeof content === "string") setTimeout(resolve, 0, new File([content], name, { lastModified: 1 }));
      else setTimeout(reject, 0, content);
    },
  } as unknown as FileSystemEntry;
}

/** A chosen file with the path below the chosen folder. */
export function chosen(path: string, content = path): File {
  const file = new File([content], path.split("/").at(-1) ?? "", { lastModified: 5 });
  return Object.defineProperty(file, "webkitRelativePath", { value: path.includes("/") ? path : "" });
}

/** A picked folder: handles, one after the other. */
export function pickedFolder(name: string, tree: Tree): FileSystemDirectoryHandle {
  return {
    kind: "directory",
    name,
    async *values() {
      for (const [child, content] of Object.entries(tree)) {
        await Promise.resolve();
        if (typeof content === "object" && !(content instanceof Error)) yield pickedFolder(child, content);
        else {
          const getFile = (): Promise<File> =>
            content instanceof Error
              ? Promise.reject(content)
              : Promise.resolve(new File([content], child, { lastModified: 1 }));
          yield { kind: "file", name: child, getFile };
        }
      }
    },
  } as unknown as FileSystemDirectoryHandle;
}
