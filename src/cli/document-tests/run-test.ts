import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import type { CompiledDocument } from '../../document/compiled-document.ts';
import { methodRow } from '../../document/methods.ts';
import type { FileSource } from '../../http/request-body.ts';
import { runToEnd } from '../../runtime/run-to-end.ts';
import type { WholeRun } from '../../runtime/run-to-end.ts';
import { createMethodRunner } from '../../runtime/run-method.ts';
import type { Clock } from '../../time/clock.ts';
import { compareRecords, compareRequest, counted } from './compare.ts';
import { givenAnswers } from './given-answers.ts';
import type { SentRequest } from './given-answers.ts';
import type { DocumentTest } from './read-tests.ts';

export interface TestResult {
  readonly name: string;
  /** What is not as the test says, in sentences; none: it passed. */
  readonly problems: readonly string[];
}

/** Nothing of a test depends on when it runs, or waits. */
const STANDING_CLOCK: Clock = {
  now: () => Date.UTC(2026, 2, 2, 9, 15),
  monotonic: () => 0,
  sleep: async () => {},
};
/** The same in each run, so that a multipart body can be compared. */
const BOUNDARY = 'boundary0123456789';

/** Runs one test of a document by the code that runs methods, without any network. */
export async function runDocumentTest(
  document: CompiledDocument,
  test: DocumentTest,
): Promise<TestResult> {
  const sent: SentRequest[] = [];
  const { properties, values, country, timezone } = test;
  const runner = createMethodRunner({
    egress: givenAnswers(test, sent),
    phones: createPhoneNumbers(),
    clock: STANDING_CLOCK,
    randomId: () => BOUNDARY,
  });
  const origins = document.originsOf(properties);
  const call = {
    document,
    method: test.method,
    connection: { id: 'test', organizationId: 'test', properties, country, timezone, origins },
    values: { ...fileValues(test), ...values },
    credential: credentialOf(document, test),
    cleared: new Set(test.cleared),
    ...(test.file === undefined ? {} : { file: fileSource(test.file) }),
  };
  const whole = await runToEnd(
    (progress) => runner.prepare({ ...call, ...(progress === undefined ? {} : { progress }) }),
    new AbortController().signal,
  );
  return {
    name: test.name,
    problems: [...requestProblems(sent, test), ...outcomeProblems(whole, test)],
  };
}

function requestProblems(
  sent: readonly SentRequest[],
  { exchanges }: DocumentTest,
): readonly string[] {
  const compared = exchanges.slice(0, sent.length).flatMap(({ request }, i) => {
    const found = sent[i];
    const problems = found === undefined ? [] : compareRequest(found, request);
    return problems.map((problem) => `request ${String(i + 1)}: ${problem}`);
  });
  const [count, expected] = [sent.length, exchanges.length];
  if (count === expected) return compared;
  const further = sent[expected];
  const what = further === undefined ? '' : `: ${further.method} ${further.url}`;
  const sentence = `${counted(count, 'request')} sent, expected ${String(expected)}${what}`;
  return [...compared, sentence];
}

function outcomeProblems(whole: WholeRun, test: DocumentTest): readonly string[] {
  if (whole.status === 'not_sent') {
    const reason = `nothing was sent: ${whole.message}`;
    return test.outcome === 'not_sent' ? [] : [reason];
  }
  const { outcome, records, notes } = whole.run;
  const isLookUp = methodRow(test.method).kind === 'find';
  const isNobody = outcome.kind === 'success' && isLookUp && records.length === 0;
  const kind = isNobody ? 'not_found' : outcome.kind;
  const told = [outcome.message, ...notes.map(({ message }) => message)].join(' ');
  return [
    ...(kind === test.outcome ? [] : [`the outcome is ${kind}, expected ${test.outcome}. ${told}`]),
    ...(test.records === undefined ? [] : compareRecords(records, test.records)),
  ];
}

function credentialOf({ signIn }: CompiledDocument, { accessToken, sessionToken }: DocumentTest) {
  return {
    ...(signIn.kind === 'oauth2' ? { accessToken } : {}),
    ...(signIn.kind === 'session' ? { sessionToken } : {}),
    locals: {},
    properties: {},
    generation: 1,
  };
}

function fileSource(text: string): FileSource {
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.length,
    type: 'audio/mpeg',
    name: 'call.mp3',
    open: async function* () {
      yield bytes;
    },
  };
}

function fileValues({ file }: DocumentTest): Readonly<Record<string, string>> {
  return file === undefined ? {} : { filename: 'call.mp3', file_type: 'audio/mpeg' };
}
