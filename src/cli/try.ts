import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import { compileDocument } from '../document/compile.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { jsonMember } from '../document/json-value.ts';
import { requestsOf } from '../document/method-requests.ts';
import { methodNamed } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import type { RenderContext } from '../document/render/request.ts';
import { requestSource, requestSources } from '../document/request-sources.ts';
import type { Values } from '../document/values/values.ts';
import { AppError } from '../errors/app-error.ts';
import { createEgress } from '../http/egress.ts';
import type { EgressResult } from '../http/egress.ts';
import { readAnswer } from '../runtime/read-answer.ts';
import { createMethodRunner } from '../runtime/run-method.ts';
import { runToEnd } from '../runtime/run-to-end.ts';
import { firstValues } from '../runtime/with-links.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { checkPlace } from './check-place.ts';
import { explainBinding } from './explain-binding.ts';
import type { BindingExplanation } from './explain-binding.ts';
import { egressOptions, keepAnswers, localAddresses } from './try-egress.ts';
import { openUserFile, readPropertyValues, readUserFile, readValues } from './try-input.ts';
import { failedSignInJson, failedSignInLines, reportJson, reportLines } from './try-report.ts';
import { signInToTry } from './try-sign-in.ts';
import { requestNames, unfilledNames } from './unfilled-names.ts';

export interface TryOptions {
  readonly set?: readonly string[];
  readonly properties?: string;
  readonly file?: string;
  readonly allow?: readonly string[];
  readonly country?: string;
  readonly timezone?: string;
  readonly json?: boolean;
}

/** Adds `try FILE METHOD` to the program. */
export function registerTry(program: Command, context: CommandContext): void {
  const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [
    ...earlier,
    value,
  ];
  program
    .command('try')
    .description('Run one method of a document against the real CRM and show what happened.')
    .argument('<file>', 'The integration document.')
    .argument('<method>', 'A method of its API, such as FindContact.')
    .option(
      '--set <name=value>',
      'Value of a parameter, or name= to empty it; may be repeated.',
      collect,
    )
    .option('--properties <file>', 'JSON object label → value of the document’s properties.')
    .option('--file <path>', 'File for UploadFile.')
    .option(
      '--allow <host:port>',
      'Allow this private address or port for this run; on loopback also plain http, and as an address that an answer gives.',
      collect,
    )
    .option('--country <code>', 'Country of national numbers, ISO 3166-1.', 'US')
    .option('--timezone <zone>', 'IANA time zone.', 'UTC')
    .option('--json', 'Print the report as JSON.')
    .addHelpText(
      'after',
      '\nProperties may also come from PATCHCORD_PROPERTY_<LABEL>, never from the command line.\nA document with a login or OAuth2 is signed in for this run, where no person is needed; an access\ntoken of your own goes with the properties as "access_token".\nEnds with 0 when the method did its work, 1 when not, 2 for wrong usage.',
    )
    .action(async (file: string, method: string, options: TryOptions) => {
      context.exitWith(await tryMethod(file, method, options, context));
    });
}

/**
 * Runs one method and prints request, answer, notes and what was bound, or why nothing was.
 * Answers 0 when the method did its work, 1 when not. Rejects with `document_invalid`,
 * `invalid_request` or `invalid_settings`.
 */
export async function tryMethod(
  file: string,
  methodText: string,
  options: TryOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const place = { country: options.country ?? 'US', timezone: options.timezone ?? 'UTC' };
  checkPlace(place);
  const document = compileDocument(await readUserFile(file, context));
  const method = findMethod(document, methodText);
  const { properties, accessToken } = await readPropertyValues(
    options.properties,
    document,
    context,
  );
  const source = options.file === undefined ? undefined : await openUserFile(options.file, context);
  const given = readValues(options.set ?? [], document);
  const { cleared } = given;
  const values = {
    ...(source === undefined
      ? {}
      : { filename: source.name, file_type: source.type, file_size: source.size }),
    ...given.values,
  };
  const asked = requestSources(document.source, method).flatMap(({ source: request }) =>
    requestNames(document, request),
  );
  refuseHalf(method, asked, { values, hasFile: source !== undefined });
  const egress = createEgress(await egressOptions(options.allow ?? [], context));
  try {
    const answers: EgressResult[] = [];
    const phones = createPhoneNumbers();
    const origins = document.originsOf(properties);
    const { signal } = new AbortController();
    const parts = { phones, clock: systemClock, randomId: randomUUID };
    const runner = createMethodRunner({ ...parts, egress: keepAnswers(egress, answers) });
    const local = localAddresses(options.allow ?? []);
    const { mayReach } = local;
    const connection = {
      id: 'try',
      organizationId: 'try',
      properties,
      ...place,
      origins,
      mayReach,
    };
    const signIn = await signInToTry(
      { ...parts, egress, runner },
      { document, connection, accessToken },
      signal,
    );
    const { exchanges } = signIn;
    if (signIn.status === 'failed') {
      const { message } = signIn;
      if (options.json === true) context.out(failedSignInJson(message, exchanges));
      else for (const line of failedSignInLines(message, exchanges)) context.out(line);
      return 1;
    }
    const { signedIn } = signIn;
    const idempotencyKey = randomUUID();
    const call = { document, method, connection, values, cleared, idempotencyKey, ...signedIn };
    const file = source === undefined ? {} : { file: source };
    const whole = await runToEnd(
      (progress) =>
        runner.prepare({ ...call, ...file, ...(progress === undefined ? {} : { progress }) }),
      signal,
    );
    if (whole.status === 'not_sent') {
      const { reason, name, message } = whole;
      if (options.json === true)
        context.out(JSON.stringify({ not_sent: { reason, name, message } }));
      else context.out(`Nothing was sent (${reason}). ${message}`);
      return 1;
    }
    const { run, first } = whole;
    const why = explain(document, method, run, answers.at(-1));
    const binds = requestsOf(document.methods.get(method)).some(
      ({ bind }) => bind.binds.length > 0,
    );
    const unfilled = unfilledIn(document, method, run, {
      ...{ ...place, phones, origins, boundary: '' },
      values: { ...signedIn.credential?.locals, ...values },
      properties: { ...properties, ...signedIn.credential?.properties },
      ...file,
    }).filter((name) => !cleared.has(name));
    const objects = document.methods.get(method)?.objects ?? [];
    const report = {
      objects,
      request: first.request,
      run,
      binds,
      why,
      unfilled,
      ...(isKeyed(document, method, run) ? { idempotencyKey } : {}),
      signIn: exchanges,
    };
    if (options.json === true) context.out(reportJson(report));
    else for (const line of reportLines(report)) context.out(line);
    for (const host of local.refused()) {
      context.err(`${host} is this machine: --allow ${host} lets this run send there.`);
    }
    return didItsWork(run, why) ? 0 : 1;
  } finally {
    await egress.close();
  }
}

function findMethod(document: CompiledDocument, text: string): MethodName {
  const method = methodNamed(text);
  if (method !== undefined && document.methods.has(method)) return method;
  const known = [...document.methods.keys()].join(', ');
  throw new AppError('invalid_request', `The document has no method "${text}"; it has ${known}.`);
}

function explain(
  document: CompiledDocument,
  method: MethodName,
  run: MethodRun,
  answer: EgressResult | undefined,
): BindingExplanation | undefined {
  const last = run.asked.at(-1);
  if (last === undefined) return undefined;
  const map = jsonMember(requestSource(document.source, method, last), 'response_map');
  if (map === undefined || answer?.kind !== 'response') return undefined;
  if (answer.status < 200 || answer.status > 299) return undefined;
  const compiled = document.methods.get(method)?.objects[last.object]?.requests[last.request];
  // What the last request bound by itself: those before it had maps of their own.
  const why = explainBinding(map, readAnswer(answer.body, answer.headers).value, {
    method,
    names: document.names,
    notation: document.notation,
    paging: compiled?.paging !== undefined,
    records: last.bound,
  });
  return last.bound.length > 0 && why.reasons.length === 0 ? undefined : why;
}

/** The names without a value in the requests that were sent, each once. */
function unfilledIn(
  document: CompiledDocument,
  method: MethodName,
  run: MethodRun,
  context: RenderContext,
): readonly string[] {
  let bound: Values = {};
  const names = run.asked.flatMap((asked) => {
    const source = requestSource(document.source, method, asked) ?? null;
    const { contactType: contact_type } = document.methods.get(method)?.objects[asked.object] ?? {};
    const kind = contact_type === undefined ? {} : { contact_type };
    const values = { ...context.values, ...kind, ...bound };
    const missing = unfilledNames(document, requestNames(document, source), { ...context, values });
    for (const record of asked.bound.slice(0, 1)) bound = { ...bound, ...firstValues(record) };
    return missing;
  });
  return [...new Set(names)];
}

/** True when a request went with an idempotency key. */
function isKeyed(document: CompiledDocument, method: MethodName, { asked }: MethodRun): boolean {
  const { objects = [] } = document.methods.get(method) ?? {};
  return asked.some(
    ({ object, request }) => objects[object]?.requests[request]?.idempotencyHeader !== undefined,
  );
}

const NUMBERS = ['phone', 'party_number', 'calling_number', 'called_number'];

/** What would ask for every contact, or send an empty file, is a slip of the person who tries. */
function refuseHalf(
  method: MethodName,
  asked: readonly string[],
  given: { readonly values: Values; readonly hasFile: boolean },
): void {
  const hasNumber = NUMBERS.some((name) => (given.values[name] ?? '') !== '');
  if (method === 'FindContact' && !hasNumber) {
    throw new AppError(
      'invalid_request',
      'FindContact looks for a number: add --set phone=+442079460018.',
    );
  }
  if (method === 'UploadFile' && asked.includes('file') && !given.hasFile) {
    throw new AppError('invalid_request', 'UploadFile sends a file: add --file call.wav.');
  }
}

function didItsWork(run: MethodRun, why: BindingExplanation | undefined): boolean {
  if (run.outcome.action !== 'succeed') return false;
  const foundNobody = run.notes.some(({ code }) => code === 'other_numbers');
  return run.records.length > 0 || foundNobody || (why?.reasons.length ?? 0) === 0;
}
