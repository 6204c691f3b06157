/** A text with the mark that ends a sentence; one that has it, also inside quotes, stays as it is. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]["”)]?$/u.test(trimmed) ? trimmed : `${trimmed}.`;
}
