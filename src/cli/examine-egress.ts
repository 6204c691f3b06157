import { readFileSync } from 'node:fs';

import type { Settings } from '../config/settings.ts';
import { parseAllowRules } from '../http/allow-rules.ts';
import { createEgress } from '../http/egress.ts';
import { systemClock } from '../time/clock.ts';
import { failedBecause, fine, sentenceOf, warnOf } from './examination.ts';
import type { Examination } from './examination.ts';

/** Date has whole seconds, and an answer is on its way for a while. */
const CLOCK_TOLERANCE_MS = 10_000;

/** The rules of the egress door and, with a URL, one request through it and the clock behind it. */
export async function examineEgress(
  settings: Settings,
  url: string | undefined,
  now: () => number,
): Promise<readonly Examination[]> {
  const name = 'egress';
  const allow = parseAllowRules(settings.egressAllow);
  const plainHttp = parseAllowRules(settings.egressPlainHttp);
  const problems = [
    ...(allow.ok ? [] : allow.problems.map((problem) => `EGRESS_ALLOW: ${problem}.`)),
    ...(plainHttp.ok ? [] : plainHttp.problems.map((problem) => `EGRESS_PLAIN_HTTP: ${problem}.`)),
  ];
  if (!allow.ok || !plainHttp.ok) return [failedBecause(name, problems.join(' '))];
  let ca: string | undefined;
  try {
    ca =
      settings.egressCaFile === undefined ? undefined : readFileSync(settings.egressCaFile, 'utf8');
  } catch (err) {
    return [failedBecause(name, `EGRESS_CA_FILE cannot be read: ${sentenceOf(err)}`)];
  }
  const rules = {
    allow: allow.rules,
    plainHttp: plainHttp.rules,
    ...(ca === undefined ? {} : { ca }),
  };
  if (url === undefined) {
    const message = `allowed: ${allow.rules.length} by EGRESS_ALLOW, ${plainHttp.rules.length} by EGRESS_PLAIN_HTTP; --url tries an address`;
    return [{ name, status: 'ok', message }];
  }
  return await fetchSample(url, rules, now);
}

async function fetchSample(
  url: string,
  rules: Omit<Parameters<typeof createEgress>[0], 'monotonic'>,
  now: () => number,
): Promise<readonly Examination[]> {
  let refused: string | undefined;
  const egress = createEgress({
    ...rules,
    onRefusedName: ({ message }) => {
      refused = message;
    },
    monotonic: systemClock.monotonic,
  });
  try {
    const result = await egress.send({
      method: 'GET',
      url,
      headers: [],
      organizationId: 'doctor',
      connectionId: 'doctor',
    });
    if (result.kind === 'failure') {
      return [failedBecause('egress', `${url}: ${refused ?? result.message} (${result.phase})`)];
    }
    const answered = `${url} answered ${result.status} in ${result.durationMs} ms`;
    return [fine('egress', answered), ...compareClocks(result.headers['date'], now())];
  } finally {
    await egress.close();
  }
}

/** The clock of another machine, by the field Date of its answer (RFC 9110, section 6.6.1). */
function compareClocks(date: string | undefined, now: number): readonly Examination[] {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return [];
  const name = 'clock of the web';
  const apart = Math.abs(theirs - now);
  return apart <= CLOCK_TOLERANCE_MS
    ? [fine(name, 'agrees with the one of this machine')]
    : [warnOf(name, `is ${Math.round(apart / 1_000)} s away from this machine's: let NTP set it.`)];
}
