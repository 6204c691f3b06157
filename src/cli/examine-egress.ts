import { readFileSync } from 'node:fs';

import type { Settings } from '../config/settings.ts';
import { parseAllowRules } from '../http/allow-rules.ts';
import { createEgress } from '../http/egress.ts';
import { systemClock } from '../time/clock.ts';
import { failedBecause, sentenceOf } from './examination.ts';
import type { Examination } from './examination.ts';

/** The rules of the egress door and, with a URL, one request through it. */
export async function examineEgress(
  settings: Settings,
  url: string | undefined,
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
    const message = `${allow.rules.length} exceptions, ${plainHttp.rules.length} plain; --url tries one`;
    return [{ name, status: 'ok', message }];
  }
  return [await fetchSample(url, rules)];
}

async function fetchSample(
  url: string,
  rules: Omit<Parameters<typeof createEgress>[0], 'monotonic'>,
): Promise<Examination> {
  const egress = createEgress({ ...rules, monotonic: systemClock.monotonic });
  try {
    const result = await egress.send({
      method: 'GET',
      url,
      headers: [],
      organizationId: 'doctor',
      connectionId: 'doctor',
    });
    return result.kind === 'response'
      ? {
          name: 'egress',
          status: 'ok',
          message: `${url} answered ${result.status} in ${result.durationMs} ms`,
        }
      : failedBecause('egress', `${url}: ${result.message} (${result.phase})`);
  } finally {
    await egress.close();
  }
}
