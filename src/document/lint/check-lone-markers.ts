import { knownAt, partsAt } from './lint-context.ts';
import type { LintContext, Place } from './lint-context.ts';

/** Words with single blanks between them: no name, and no label of the form, has other signs. */
const WORDS = /^[\p{L}\p{N}_]+(?: [\p{L}\p{N}_]+)*/u;
const LONGEST_NAME = 60;
/** What lint takes for a name between two signs, known or not: `checkPlaceholders` tells of it. */
const BETWEEN = /^[\p{L}\p{N}_ ]{1,60}$/u;

/** Tells of a known name that has its opening sign but not its closing one: it is sent as text. */
export function checkLoneMarkers(context: LintContext): void {
  for (const place of context.places) {
    if (context.isFull()) return;
    if (place.use === 'words' || place.use === 'expression' || place.use === 'condition') continue;
    checkPlace(context, place);
  }
}

function checkPlace(context: LintContext, place: Place): void {
  if (!place.node.value.includes(context.notation === 'dollar' ? '$' : '{')) return;
  const isKnown = knownAt(context, place);
  let start = 0;
  for (const part of partsAt(context, place)) {
    if (part.kind === 'text') checkText(context, place, { start, text: part.text, isKnown });
    start += part.kind === 'text' ? part.text.length : part.length;
  }
}

interface Piece {
  /** Where it stands in the whole text. */
  readonly start: number;
  readonly text: string;
  readonly isKnown: (name: string) => boolean;
}

function checkText(context: LintContext, place: Place, { start, text, isKnown }: Piece): void {
  const [open, close] = context.notation === 'dollar' ? ['$', '$'] : ['{', '}'];
  const { node, steps } = place;
  for (let at = text.indexOf(open); at !== -1; at = text.indexOf(open, at + 1)) {
    const end = text.indexOf(close, at + 1);
    const name = nameAfter(text.slice(at + 1, at + 1 + LONGEST_NAME), isKnown);
    if (
      name === undefined ||
      isMeant(context, text, { name, between: text.slice(at + 1, end), end })
    )
      continue;
    const written = context.placeholder(name);
    const message = `${open}${name} lacks its closing ${close}: it is sent as text, not as the value.`;
    context.report(
      'lone_marker',
      { node, steps, index: start + at },
      message,
      `write \`${written}\``,
    );
  }
}

/** The longest known name at the beginning of a text. */
function nameAfter(text: string, isKnown: (name: string) => boolean): string | undefined {
  const words = WORDS.exec(text)?.[0].split(' ') ?? [];
  for (let count = words.length; count > 0; count -= 1) {
    const name = words.slice(0, count).join(' ');
    if (isKnown(name)) return name;
  }
  return undefined;
}

/** True where the sign is something else's, or already told of. */
function isMeant(
  context: LintContext,
  text: string,
  { name, between, end }: { name: string; between: string; end: number },
): boolean {
  // `{ people { phone } }` of GraphQL has its closing signs; a lost one has none behind it.
  if (context.notation === 'braces') return end !== -1;
  // A variable of GraphQL is declared: `query ($phone: String)`.
  if (text.includes(`$${name}:`)) return true;
  return (
    end !== -1 && BETWEEN.test(between) && (between === between.trim() || between.trim() === name)
  );
}
