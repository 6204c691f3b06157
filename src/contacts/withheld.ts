/**
 * What some networks send in place of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
 * UNAVAILABLE on the keys of a phone (ITU-T E.161), as if they were international numbers.
 */
const WITHHELD = new Set(['266696687', '7378742833', '2562533', '8656696', '86282452253']);

/** True for digits after a plus that say that the number is withheld. */
export function isWithheld(digits: string): boolean {
  return WITHHELD.has(digits);
}

/** In the languages of phone systems; of most the beginning, since they have many endings. */
const WORDS =
  /anonym|anónim|anònim|restrict|private|withheld|block|unknown|unavail|no (?:caller|number|name)|not available|hidden|unbekannt|unterdr|verborgen|inconnu|masqu|caché|privé|privado|particular|oculto|desconocid|desconhecid|privato|nascosto|riservato|sconosciut|anoniem|onbekend|afgeschermd|skjult|hemmelig|hemlig|dold|okänt|ukjent|ukendt|salainen|tuntematon|zastrze|nieznan|ukryt|skryt|neznám|neznan|rejtett|ismeretlen|ascuns|necunoscut|gizli|bilinmeyen|αν[ωώ]νυμ|απ[οό]κρυψη|άγνωστ|неизвест|скрыт|аноним|невідом|прихован|מספר חסוי|חסוי|مجهول|مخفي|محجوب|非通知|表示圏外|匿名|未知|隐藏|發信者|발신번호|발신자/iu;

/** True for words that phone systems write where they have no number. */
export function isWithheldWord(text: string): boolean {
  return WORDS.test(text);
}
