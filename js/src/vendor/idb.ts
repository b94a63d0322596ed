/**
 * The library for IndexedDB, under a path of our own: the package is loaded by plain pages too, which know no names of packages. The
 * build puts the library's own file in this one's place (`scripts/build/package.sh`).
 */
export * from "idb";
