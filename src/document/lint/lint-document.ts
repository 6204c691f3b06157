import { finding, sortFindings } from '../findings/finding.ts';
import type { Finding } from '../findings/finding.ts';
import { toJson } from '../json-text/json-node.ts';
import { parseJsonText } from '../json-text/parse-json-text.ts';
import type { ObjectNode } from '../json-text/json-node.ts';
import type { JsonText } from '../json-text/parse-json-text.ts';
import { jsonMember } from '../json-value.ts';
import { collectNames } from '../names/names.ts';
import { notationOf } from '../templates/template.ts';
import { checkBareRequests } from './check-bare-requests.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkAnswers } from './check-answers.ts';
import { checkBoundBefore } from './check-bound-before.ts';
import { checkChains } from './check-chains.ts';
import { checkCounts } from './check-counts.ts';
import { checkCycles } from './check-cycles.ts';
import { checkDates } from './check-dates.ts';
import { checkErrorRows } from './check-error-rows.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkJsonByHand } from './check-json-by-hand.ts';
import { checkKeptWords } from './check-kept-words.ts';
import { checkKeys } from './check-keys.ts';
import { checkLoneMarkers } from './check-lone-markers.ts';
import { checkFilled } from './check-filled.ts';
import { checkMethods } from './check-methods.ts';
import { checkLimits } from './check-limits.ts';
import { checkNames } from './check-names.ts';
import { checkOptions } from './check-options.ts';
import { checkQuotes } from './check-quotes.ts';
import { checkPlaceholders } from './check-placeholders.ts';
import { checkRecord } from './check-record.ts';
import { checkRequestLists } from './check-request-lists.ts';
import { checkRequests } from './check-requests.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkShapes } from './check-shapes.ts';
import { checkSignIn } from './check-sign-in.ts';
import { checkFilePlaces, checkTextBodies } from './check-text-bodies.ts';
import { checkTests } from './check-tests.ts';
import { checkUses } from './check-uses.ts';
import { checkVariables } from './check-variables.ts';
import { createReport, groupPlaces } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';
import { nearName } from './near-name.ts';
import { secretUses } from './secret-uses.ts';
import { variableUses } from './variable-uses.ts';

/** No author reads further; a hostile document must not cost more. */
const MAX_FINDINGS = 1000;
/** Of names with each other; a second's work. A large document needs ten thousand. */
const MAX_COMPARISONS = 500_000;

/**
 * Everything that is wrong, doubtful or worth knowing about an integration document, in the order
 * of the text. Takes any text, never throws, and returns at most 1,000 findings. A document
 * without findings of severity `error` can be compiled.
 */
export function lintDocument(text: string): readonly Finding[] {
  const parsed = parseJsonText(text);
  const findings: Finding[] = [...parsed.findings];
  if (parsed.root?.kind === 'object') {
    lintObject(parsed, parsed.root, findings);
  } else if (parsed.root !== undefined) {
    const message = 'The document must be an object { … }.';
    findings.push(
      finding('wrong_type', { path: '', ...parsed.positionAt(parsed.root.offset), message }),
    );
  }
  return limit(sortFindings(withoutRepeats(findings)));
}

function lintObject(text: JsonText, root: ObjectNode, findings: Finding[]): void {
  const report = createReport(text, findings);
  // What is too much is refused before it costs anything.
  if (!checkCounts(root, report)) return;
  const { places, methods } = checkShapes(root, report);
  const json = toJson(root);
  const notation = notationOf(jsonMember(json, 'var_char'));
  const names = collectNames(json);
  const context: LintContext = {
    root,
    json,
    names,
    notation,
    places,
    placeOf: new Map(places.map((place) => [place.node, place])),
    methods,
    placesUnder: groupPlaces(places, methods),
    report,
    placeholder: (name) => (notation === 'dollar' ? `$${name}$` : `{${name}}`),
    near: nearFinder(names.all()),
    isFull: () => findings.length > MAX_FINDINGS,
  };
  const expressions = checkExpressions(context);
  const uses = variableUses(context, expressions);
  checkMethods(context);
  checkNames(context);
  checkPlaceholders(context, expressions, uses);
  checkVariables(context);
  checkCycles(context, uses);
  checkChains(context, uses);
  checkDates(context);
  checkAddresses(context);
  checkRequests(context);
  checkRequestLists(context);
  checkBoundBefore(context, uses);
  checkRecord(context, uses);
  checkKeys(context);
  checkTextBodies(context);
  checkJsonByHand(context);
  checkFilePlaces(context);
  checkBareRequests(context, uses);
  checkKeptWords(context, uses);
  checkLoneMarkers(context);
  checkQuotes(context);
  checkAnswers(context);
  checkErrorRows(context);
  checkLimits(context);
  checkOptions(context);
  checkUses(context, uses);
  checkSecrets(context, secretUses(context, uses, expressions));
  checkSignIn(context);
  checkFilled(context, uses);
  checkTests(context);
}

/** Looks up each misspelling once: a document may repeat it a thousand times. */
function nearFinder(known: readonly string[]): LintContext['near'] {
  const found = new Map<string, string | undefined>();
  return (name) => {
    // Beyond this a misspelling counts as an unknown name: only a hostile document has so many.
    if (!found.has(name) && found.size * known.length < MAX_COMPARISONS) {
      found.set(name, nearName(name, known));
    }
    return found.get(name);
  };
}

/** Two rules may see the same fault in the same place. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, path, line, column, message }) => {
    const key = JSON.stringify([code, path, line, column, message]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function limit(findings: readonly Finding[]): readonly Finding[] {
  const last = findings[MAX_FINDINGS - 1];
  if (findings.length <= MAX_FINDINGS || last === undefined) {
    return findings;
  }
  // Errors decide whether the document may be used: none of them may fall behind the limit.
  const errors = findings.filter(({ severity }) => severity === 'error');
  const others = findings.filter(({ severity }) => severity !== 'error');
  const kept = [...errors, ...others].slice(0, MAX_FINDINGS - 1);
  const message = `There are ${String(findings.length)} findings; only the first ${String(MAX_FINDINGS - 1)} are listed.`;
  const { path, line, column } = last;
  return [...sortFindings(kept), finding('too_many_findings', { path, line, column, message })];
}
