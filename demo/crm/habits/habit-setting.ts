import { Refusal } from '../answer.ts';
import { HABIT_NAMES, habitRow, isHabitName, type HabitName } from './habit-table.ts';

/** How a habit that is on behaves. */
export interface HabitSetting {
  /** How many requests it still strikes; null: until it is switched off. */
  readonly times: number | null;
  /** Of the requests it concerns, how many it strikes. */
  readonly percent: number;
  /** `POST /api/calls` or `/oauth/token`: only requests that begin so; empty: all of the API. */
  readonly only: string;
  readonly seconds?: number;
}

/** One habit with its new setting; undefined: off. */
export type HabitChange = readonly [HabitName, HabitSetting | undefined];

/** Reads `{"slow": {"seconds": 2, "times": 3}, "rate_limit": false}`; throws a 400 refusal that says what is wrong. */
export function readHabitChanges(body: Readonly<Record<string, unknown>>): readonly HabitChange[] {
  return Object.entries(body).map(([name, value]) => {
    if (!isHabitName(name)) {
      throw new Refusal(400, `There is no habit "${name}". There are: ${HABIT_NAMES.join(', ')}.`);
    }
    return [name, readSetting(name, value)];
  });
}

/** Reads the start option `slow`, or `slow,seconds=2,times=3,only=POST /api/calls`. */
export function readHabitOption(text: string): HabitChange {
  const [name = '', ...pairs] = text.split(',');
  const members = pairs.map((pair) => {
    const at = pair.indexOf('=');
    const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
    return [key, key === 'only' ? value : Number(value)] as const;
  });
  const [change] = readHabitChanges({ [name]: Object.fromEntries(members) });
  if (change === undefined) throw new Refusal(400, `"${text}" names no habit.`);
  return change;
}

function readSetting(name: HabitName, value: unknown): HabitSetting | undefined {
  if (value === false || value === null) return undefined;
  const members: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  if (value !== true && typeof value !== 'object') {
    throw new Refusal(400, `"${name}" must be true, false or an object.`);
  }
  const known = ['times', 'percent', 'only', 'seconds'];
  const unknown = Object.keys(members).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Refusal(400, `"${name}" has no "${unknown}". It has: ${known.join(', ')}.`);
  }
  const { only } = members;
  const initial = habitRow(name).seconds?.initial;
  return {
    times: numberIn(members['times'], { name: 'times', least: 1, most: 1_000_000 }) ?? null,
    percent: numberIn(members['percent'], { name: 'percent', least: 1, most: 100 }) ?? 100,
    only: typeof only === 'string' ? only.trim() : '',
    ...(initial === undefined
      ? {}
      : {
          seconds:
            numberIn(members['seconds'], { name: 'seconds', least: 0, most: 3_600 }) ?? initial,
        }),
  };
}

function numberIn(
  value: unknown,
  { name, least, most }: { name: string; least: number; most: number },
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new Refusal(400, `"${name}" must be a number from ${least} to ${most}.`);
  }
  return value;
}
