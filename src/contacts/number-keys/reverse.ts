/** Digits from the end: numbers that end alike stand together in an index. */
export function reverse(digits: string): string {
  let reversed = '';
  for (let at = digits.length - 1; at >= 0; at -= 1) reversed += digits.charAt(at);
  return reversed;
}
