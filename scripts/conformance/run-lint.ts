import { isJsonArray, jsonMember, jsonText } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { lintDocument } from '../../src/document/lint/lint-document.ts';
import type { Verdict } from './suite.ts';

/** Runs a case of the suite `lint`: each finding of `expect` must be there. */
export function runLint(json: Json): Verdict {
  const wanted = jsonMember(json, 'expect');
  const expected = isJsonArray(wanted) ? wanted : [];
  const forbidden = jsonText(json, 'none_else_of_severity');
  const findings = lintDocument(jsonText(json, 'text') ?? '');
  const lines = expected.map((each) => jsonMember(each, 'line'));
  const allThere = expected.every((each) =>
    findings.some(
      (finding) =>
        finding.severity === jsonText(each, 'severity') &&
        finding.line === jsonMember(each, 'line'),
    ),
  );
  const tooMuch = findings.some(
    (finding) => finding.severity === forbidden && !lines.includes(finding.line),
  );
  if (allThere && !tooMuch) return undefined;
  const got = findings.map(({ severity, line, code }) => ({ severity, line, code }));
  return { expected: JSON.stringify({ expect: expected, forbidden }), got: JSON.stringify(got) };
}
