/**
 * What some networks send in place of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
 * UNAVAILABLE on the keys of a phone (ITU-T E.161), as if they were international numbers.
 */
const WITHHELD = new Set(['266696687', '7378742833', '2562533', '8656696', '86282452253']);

/** True for digits after a plus that say that the number is withheld. */
export function isWithheld(digits: string): boolean {
  return WITHHELD.has(digits);
}

const WORDS =
  /anonym|restrict|private|withheld|block|unknown|unavailable|no caller|hidden|unbekannt|unterdr|inconnu|masqu|privado|privato|oculto|desconocid|sconosciut|anoniem|onbekend|afgeschermd|неизвестн|скрыт|аноним/i;

/** True for words that phone systems write where they have no number. */
export function isWithheldWord(text: string): boolean {
  return WORDS.test(text);
}
