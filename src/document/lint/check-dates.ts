import { checkDatePattern, formatDate } from '../../time/date-format.ts';
import { isTimeZone } from '../../time/time-zone.ts';
import { memberOf, membersOf } from '../json-text/json-node.ts';
import type { JsonNode, Member } from '../json-text/json-node.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** 2024-09-10 15:00:00 UTC, the moment of the framework's own example. */
const SAMPLE_MS = Date.UTC(2024, 8, 10, 15);

/** Checks date formats and zones, and tells once in which form dates without format go out. */
export function checkDates(context: LintContext): void {
  const members = membersOf(memberOf(context.root, 'parameters')?.value);
  for (const { key, value } of members) {
    checkFormat(context, value, ['parameters', key.value]);
  }
  const plain = members.filter(({ value }) => isPlainDate(value));
  const [first] = plain;
  if (first !== undefined) {
    reportForm(context, first, plain);
  }
}

function checkFormat(context: LintContext, node: JsonNode, steps: Steps): void {
  const format = memberOf(node, 'format')?.value;
  if (format?.kind === 'string') {
    const problem = checkDatePattern(format.value);
    if (problem !== undefined) {
      const at = { node: format, steps: [...steps, 'format'], index: problem.offset };
      context.report(
        'invalid_format',
        at,
        problem.message,
        'write for example "yyyy-MM-dd HH:mm:ss"',
      );
    }
  }
  const zone = memberOf(node, 'timezone')?.value;
  if (zone?.kind === 'string' && !/[${]/.test(zone.value) && !isTimeZone(zone.value)) {
    const at = { node: zone, steps: [...steps, 'timezone'] };
    const message = `"${zone.value}" is no time zone of the IANA list.`;
    context.report(
      'invalid_format',
      at,
      message,
      'write for example "Europe/London", or the placeholder of timezone',
    );
  }
}

function isPlainDate(node: JsonNode): boolean {
  const type = node.kind === 'string' ? node : memberOf(node, 'type')?.value;
  return (
    type?.kind === 'string' &&
    type.value.toLowerCase() === 'iso8601date' &&
    memberOf(node, 'format') === undefined
  );
}

function reportForm(context: LintContext, first: Member, all: readonly Member[]): void {
  const names = all.map(({ key }) => context.placeholder(key.value)).join(', ');
  const sample = new Date(SAMPLE_MS).toISOString();
  const blank = formatDate(SAMPLE_MS, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC');
  const message = `Dates go out as ${sample} (${names}).`;
  const fix = `write { "type": "ISO8601Date", "format": "yyyy-MM-dd HH:mm:ss.SSS" } for ${blank}`;
  const at = { node: first.value, steps: ['parameters', first.key.value] };
  context.report('date_form', at, message, fix);
}
