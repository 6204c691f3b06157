import type { NumberingPlan, NumberingPlans } from './numbering-plans.ts';

/** A number as its country's plan has it. */
export interface ReadNumber {
  readonly callingCode: string;
  /** Without calling code and what is dialled before it. */
  readonly significant: string;
  /** ISO 3166-1 alpha-2, or empty. */
  readonly country: string;
  /** True when the number names its country, by a plus, the digits dialled abroad, or its code. */
  readonly international: boolean;
}

const SHORTEST = 2;
/** E.164 has 15 digits; some German numbers are longer. */
const LONGEST = 17;
const LONGEST_CALLING_CODE = 3;

/** Where digits belong. */
interface Written {
  /** A plus stood before them. */
  readonly plus: boolean;
  /** The plan of the country where a number without one belongs. */
  readonly home: NumberingPlan | undefined;
}

/**
 * Reads digits as libphonenumber's `parsePhoneNumber` does and answers valid numbers only; a test
 * compares the two.
 */
export function readNumber(
  plans: NumberingPlans,
  digits: string,
  of: Written,
): ReadNumber | undefined {
  return read({ plans, fits: isNumberOf }, digits, of);
}

/**
 * The same of numbers that have a length of their country's plan, be they valid or not: plans tell of
 * new numbers late, and made-up ones stand in no plan.
 */
export function readByLength(
  plans: NumberingPlans,
  digits: string,
  of: Written,
): ReadNumber | undefined {
  const fits: Rules['fits'] = ({ lengths }, { length }) => lengths.includes(length);
  return read({ plans, fits }, digits, of);
}

interface Rules {
  readonly plans: NumberingPlans;
  readonly fits: (plan: NumberingPlan, significant: string) => boolean;
}

function read(rules: Rules, digits: string, { plus, home }: Written): ReadNumber | undefined {
  if (plus) return readInternational(rules, digits);
  const dialled = home === undefined ? undefined : afterAbroad(home, digits);
  if (dialled !== undefined) return readInternational(rules, dialled);
  if (home === undefined) return undefined;
  if (isWithoutPlus(rules.plans, home, digits)) {
    const { callingCode } = home;
    return readSignificant(rules, callingCode, digits.slice(callingCode.length), undefined);
  }
  return readSignificant(rules, home.callingCode, digits, home);
}

function readInternational(rules: Rules, digits: string): ReadNumber | undefined {
  if (digits.startsWith('0')) return undefined;
  for (let length = 1; length <= LONGEST_CALLING_CODE; length += 1) {
    const code = digits.slice(0, length);
    // No calling code begins another one.
    if (rules.plans.ofCallingCode(code) !== undefined) {
      return readSignificant(rules, code, digits.slice(length), undefined);
    }
  }
  return undefined;
}

/** `home` is the plan of a number that is written without its country. */
function readSignificant(
  { plans, fits }: Rules,
  callingCode: string,
  digits: string,
  home: NumberingPlan | undefined,
): ReadNumber | undefined {
  const code = plans.ofCallingCode(callingCode);
  const plan = home ?? code?.main;
  if (plan === undefined || code === undefined) return undefined;
  const significant = withoutPrefix(plans, plan, digits);
  if (significant.length < SHORTEST || significant.length > LONGEST) return undefined;
  const exact = countryOf(plans, callingCode, significant) ?? plan;
  if (!fits(exact, significant)) return undefined;
  return { callingCode, significant, country: exact.country, international: home === undefined };
}

/** What follows the digits that are dialled before a foreign number. */
function afterAbroad(home: NumberingPlan, digits: string): string | undefined {
  const match = home.abroad?.exec(digits);
  if (match === null || match === undefined) return undefined;
  const rest = digits.slice(match[0].length);
  return rest === '' || rest.startsWith('0') ? undefined : rest;
}

/** True for a number of the own country that has its calling code, but no plus. */
function isWithoutPlus(plans: NumberingPlans, home: NumberingPlan, digits: string): boolean {
  if (!digits.startsWith(home.callingCode)) return false;
  const whole = withoutPrefix(plans, home, digits);
  if (whole.length > (home.lengths.at(-1) ?? LONGEST)) return true;
  if (home.pattern.test(whole)) return false;
  const rest = withoutPrefix(plans, home, digits.slice(home.callingCode.length));
  return home.pattern.test(rest);
}

function withoutPrefix(plans: NumberingPlans, plan: NumberingPlan, digits: string): string {
  const match = plan.prefix?.exec(digits);
  if (match === null || match === undefined || plan.prefix === undefined) return digits;
  const captured = match.length > 1 && (match.at(-1) ?? '') !== '';
  const rest =
    captured && plan.transform !== undefined
      ? digits.replace(plan.prefix, plan.transform)
      : digits.slice(match[0].length);
  if (rest === digits) return digits;
  // The digit before a number may be its own: of Russian 8 800 numbers both ways are seen.
  if (plan.pattern.test(digits) && !plan.pattern.test(rest)) return digits;
  const exact = countryOf(plans, plan.callingCode, rest) ?? plan;
  return isPossibleLength(exact, rest.length) ? rest : digits;
}

/** Too long is possible: only what is too short, or between two lengths, keeps its prefix. */
function isPossibleLength(plan: NumberingPlan, length: number): boolean {
  const longest = plan.lengths.at(-1);
  return longest === undefined || length > longest || plan.lengths.includes(length);
}

function countryOf(
  plans: NumberingPlans,
  callingCode: string,
  significant: string,
): NumberingPlan | undefined {
  const of = plans.ofCallingCode(callingCode)?.plans ?? [];
  if (of.length <= 1) return of[0];
  return of.find((plan) =>
    plan.leadingDigits === undefined
      ? isNumberOf(plan, significant)
      : plan.leadingDigits.test(significant),
  );
}

function isNumberOf(plan: NumberingPlan, significant: string): boolean {
  if (!plan.pattern.test(significant)) return false;
  return plan.types.some(
    ({ pattern, lengths }) => lengths.includes(significant.length) && pattern.test(significant),
  );
}
