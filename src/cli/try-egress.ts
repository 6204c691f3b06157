import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readSettings } from '../config/settings.ts';
import { AppError } from '../errors/app-error.ts';
import { isLoopback } from '../http/address-policy.ts';
import { allows, parseAllowRules } from '../http/allow-rules.ts';
import type { AllowRule } from '../http/allow-rules.ts';
import type { Egress, EgressOptions, EgressResult } from '../http/egress.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';

/** Which addresses on this machine an answer may give, in a run of `try`. */
export interface LocalAddresses {
  /** Whether the options allow an origin; only of this machine. */
  readonly mayReach: (origin: string) => boolean;
  /** Hosts on this machine that an answer gave and no option allows, as `host:port`. */
  refused(): readonly string[];
}

/**
 * Judges the addresses that answers give: a real server follows https only, and a mock on the
 * developer's own machine seldom has it.
 */
export function localAddresses(allowed: readonly string[]): LocalAddresses {
  const rules = rulesOf('--allow', allowed.join(','));
  const refused = new Set<string>();
  return {
    mayReach: (origin) => {
      const { hostname, port, protocol } = new URL(origin);
      const host = hostname.replace(/^\[|\]$/g, '');
      if (!isLoopback(host)) return false;
      const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
      if (allows(rules, { host, address: host, port: number })) return true;
      refused.add(`${hostname}:${String(number)}`);
      return false;
    },
    refused: () => [...refused],
  };
}

/** The egress of this run: what the settings allow, and what the options add. Rejects with `invalid_request`. */
export async function egressOptions(
  allowed: readonly string[],
  context: CommandContext,
): Promise<EgressOptions> {
  const settings = readSettings(context.env);
  const extra = rulesOf('--allow', allowed.join(','));
  const local = extra.filter((rule) => isLoopback(hostOf(rule)));
  const ca =
    settings.egressCaFile === undefined
      ? undefined
      : await readFile(resolve(context.directory, settings.egressCaFile), 'utf8');
  return {
    allow: [...rulesOf('EGRESS_ALLOW', settings.egressAllow), ...extra],
    plainHttp: [...rulesOf('EGRESS_PLAIN_HTTP', settings.egressPlainHttp), ...local],
    ...(ca === undefined ? {} : { ca }),
    onRefusedName: ({ message }) => {
      context.err(
        message.replace(/To allow it, set EGRESS_ALLOW=/, 'To allow it for this run: --allow '),
      );
    },
    monotonic: systemClock.monotonic,
  };
}

function rulesOf(name: string, text: string): readonly AllowRule[] {
  const parsed = parseAllowRules(text);
  if (parsed.ok) return parsed.rules;
  throw new AppError('invalid_request', `${name}: ${parsed.problems.join('; ')}.`);
}

function hostOf(rule: AllowRule): string {
  return rule.target.kind === 'host' ? rule.target.host : rule.target.address.toString();
}

/** Hands every result on, and keeps it: the report needs the whole answer, the ledger does not. */
export function keepAnswers(egress: Egress, answers: EgressResult[]): Egress {
  return {
    ...egress,
    send: async (request) => {
      const result = await egress.send(request);
      answers.splice(0, answers.length, result);
      return result;
    },
  };
}
