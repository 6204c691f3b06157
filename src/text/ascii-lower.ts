/** A text with A to Z in lower case and all else as it is: what SQL's `lower` does on both databases. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
}
