/**
 * Numbers, sizes, times and names as people read them.
 *
 * Everything goes through `Intl` in the language of the text around it (English here), so that a page never mixes
 * "1,5 MB" with English words. Sizes are decimal, as on the Hub: 1 MB is 1,000,000 bytes.
 */

const LOCALE = "en";
const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
/** The first percent that would round to 100 is not 100 yet. */
const ALMOST = 0.99;

const counter = new Intl.NumberFormat(LOCALE);
const percentages = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 });
const plurals = new Intl.PluralRules(LOCALE);

const units = new Map<string, Intl.NumberFormat>();

function unit(value: number, name: string, digits: number, display: "short" | "long" = "short"): string {
  const key = `${name} ${String(digits)} ${display}`;
  let format = units.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, {
      style: "unit",
      unit: name,
      unitDisplay: display,
      minimumFractionDigits: 0,
      maximumFractionDigits: digits,
    });
    // They are few, and each takes longer to make than a whole list to render.
    units.set(key, format);
  }
  return format.format(value);
}

/** 12345 → "12,345". */
export function count(n: number): string {
  return counter.format(n);
}

/** 0.421 → "42%". Only 1 and more is "100%". */
export function percent(fraction: number): string {
  const shown = fraction >= 1 ? 1 : Math.min(Math.max(fraction, 0), ALMOST);
  return percentages.format(Math.floor(shown * 100) / 100);
}

/** 1_234_567 → "1.2 MB"; below 1 kB "512 bytes". */
export function bytes(n: number): string {
  let value = Math.max(0, n);
  let step = 0;
  // 999.5 kB would be written "1,000 kB": the next unit begins where rounding reaches it.
  while (value >= 999.5 && step < BYTE_UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  if (step === 0) return counted(Math.round(value), "byte");
  return unit(value, BYTE_UNITS[step] ?? "byte", value < 100 ? 1 : 0);
}

/** 2_500_000 → "2.5 MB/s". */
export function speed(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

/** 192 → "about 3 minutes"; coarse on purpose, so that it does not flicker. */
export function roughly(seconds: number): string {
  if (seconds < 10) return "a few seconds";
  if (seconds < 50) return `about ${unit(Math.ceil(seconds / 10) * 10, "second", 0, "long")}`;
  if (seconds < 55 * 60) return `about ${unit(Math.max(1, Math.round(seconds / 60)), "minute", 0, "long")}`;
  if (seconds < 36 * 3600) return `about ${unit(Math.max(1, Math.round(seconds / 3600)), "hour", 0, "long")}`;
  return `about ${unit(Math.round(seconds / 86400), "day", 0, "long")}`;
}

/** A time that has passed: 14.2 → "14 s", 192 → "3 min 12 s". */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 1) return "less than a second";
  const parts = [
    { value: Math.floor(whole / 3600), name: "hour" },
    { value: Math.floor((whole % 3600) / 60), name: "minute" },
    { value: whole % 60, name: "second" },
  ].filter((part) => part.value > 0);
  return parts
    .slice(0, 2)
    .map((part) => unit(part.value, part.name, 0))
    .join(" ");
}

/** `counted(1, "file")` → "1 file", `counted(1200, "file")` → "1,200 files". */
export function counted(n: number, one: string, other = `${one}s`): string {
  return `${count(n)} ${plurals.select(n) === "one" ? one : other}`;
}

/** "nothing left" → "Nothing left". */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(LOCALE) + text.slice(1);
}

/** "nothing left" → "Nothing left." */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? capital(text) : `${capital(text)}.`;
}

// Characters that change how the text around them is shown, or cannot be seen: C0 and C1 controls, bidirectional marks,
// embeddings, overrides and isolates, zero-width characters and the byte order mark. The joiners stay: emoji and several scripts need them.
// eslint-disable-next-line no-control-regex -- these are the characters to find
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A file name as it may be shown: what would reorder or hide text becomes a visible code point.
 *
 * `"photo\u202Egpj.exe"` → `"photo⟨U+202E⟩gpj.exe"`. Right-to-left names are left as they are; show them in a `<bdi>`.
 */
export function printable(name: string): string {
  return name.replace(INVISIBLE, (found) => {
    const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `⟨U+${code}⟩`;
  });
}

/** A name inside a sentence that is plain text (a label, an announcement): printable, and isolated from what follows it. */
export function quoted(name: string): string {
  return `\u2068${printable(name)}\u2069`;
}

/** `"data/train/a.bin"` → `["data/train/", "a.bin"]`: the end of a path matters most and is cut last. */
export function splitPath(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf("/", path.length - 2) + 1;
  return [path.slice(0, cut), path.slice(cut)];
}

const ago = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

/** Milliseconds that have passed → "5 minutes ago", "yesterday". */
export function since(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 55 * 60) return ago.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 22 * 3600) return ago.format(-Math.max(1, Math.round(seconds / 3600)), "hour");
  return ago.format(-Math.max(1, Math.round(seconds / 86_400)), "day");
}

/** `bytesOf(12.3e9, 20e9)` → "12.3 of 20 GB"; both units where they differ. */
export function bytesOf(part: number, whole: number): string {
  const [shown, total] = [bytes(part), bytes(whole)];
  const [number, name] = shown.split(" ");
  return total.endsWith(` ${name ?? ""}`) ? `${number ?? ""} of ${total}` : `${shown} of ${total}`;
}
