/** A pattern that matches this name alone. */
export function literally(name: string): string {
  return name.replace(/[[*?]/g, "[$&]");
}
