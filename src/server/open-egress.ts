import { readFileSync } from 'node:fs';

import type { Settings } from '../config/settings.ts';
import { AppError } from '../errors/app-error.ts';
import { parseAllowRules } from '../http/allow-rules.ts';
import type { AllowRule } from '../http/allow-rules.ts';
import { createEgress } from '../http/egress.ts';
import type { Egress } from '../http/egress.ts';
import { tellRefusals } from '../http/tell-refusals.ts';
import type { RefusedName } from '../http/tell-refusals.ts';
import type { Clock } from '../time/clock.ts';

/**
 * Opens the way out as the EGRESS_* settings say; `tell` is for the operator, who learns which
 * address a refused name led to. Throws `invalid_settings`.
 */
export function openEgress(
  settings: Pick<Settings, 'egressAllow' | 'egressPlainHttp' | 'egressCaFile'>,
  clock: Pick<Clock, 'monotonic'>,
  tell: (refused: RefusedName) => void,
): Egress {
  return createEgress({
    allow: rules('EGRESS_ALLOW', settings.egressAllow),
    plainHttp: rules('EGRESS_PLAIN_HTTP', settings.egressPlainHttp),
    ...(settings.egressCaFile === undefined ? {} : { ca: readCa(settings.egressCaFile) }),
    onRefusedName: tellRefusals(tell, clock.monotonic),
    monotonic: clock.monotonic,
  });
}

function rules(setting: string, text: string): readonly AllowRule[] {
  const parsed = parseAllowRules(text);
  if (parsed.ok) return parsed.rules;
  throw new AppError('invalid_settings', `${setting}: ${parsed.problems.join('; ')}.`);
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (err) {
    throw new AppError('invalid_settings', `EGRESS_CA_FILE '${path}' cannot be read.`, {
      cause: err,
    });
  }
}
