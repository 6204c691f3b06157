import metadata from 'libphonenumber-js/max/metadata';

/** A kind of number of a plan, such as fixed line, mobile or toll free. */
interface NumberType {
  readonly pattern: RegExp;
  readonly lengths: readonly number[];
}

/** How numbers are written and dialled in one country, with its patterns compiled. */
export interface NumberingPlan {
  /** ISO 3166-1 alpha-2; empty for calling codes of no country. */
  readonly country: string;
  /** Without plus, as `44`. */
  readonly callingCode: string;
  /** What is dialled before a foreign number. */
  readonly abroad: RegExp | undefined;
  /** Any significant number of the country. */
  readonly pattern: RegExp;
  readonly lengths: readonly number[];
  /** What is dialled before a number of the own country, as `0`. */
  readonly trunkPrefix: string | undefined;
  /** What stands before a significant number, with carrier codes, and what becomes of it. */
  readonly prefix: RegExp | undefined;
  readonly transform: string | undefined;
  /** Which significant numbers are this country's among those of one calling code. */
  readonly leadingDigits: RegExp | undefined;
  readonly types: readonly NumberType[];
}

/** The countries of one calling code, the one whose plan holds for all first. */
export interface CallingCode {
  readonly main: NumberingPlan;
  readonly plans: readonly NumberingPlan[];
}

export interface NumberingPlans {
  ofCountry(country: string): NumberingPlan | undefined;
  /** `callingCode` without plus. */
  ofCallingCode(callingCode: string): CallingCode | undefined;
}

/**
 * The numbering plans of libphonenumber's metadata. Its own functions compile each pattern anew for
 * each number (9 to 22 µs); here a pattern is compiled when the first number needs it.
 */
export function createNumberingPlans(): NumberingPlans {
  const byCountry = new Map<string, NumberingPlan | undefined>();
  const byCode = new Map<string, CallingCode | undefined>();
  const ofCountry = (country: string): NumberingPlan | undefined => {
    if (byCountry.has(country)) return byCountry.get(country);
    const countries: Readonly<Record<string, unknown>> = metadata.countries;
    const row = Object.hasOwn(countries, country) ? countries[country] : undefined;
    const plan = row === undefined ? undefined : toPlan(country, row);
    // Made-up countries must not fill the memory.
    if (plan !== undefined) byCountry.set(country, plan);
    return plan;
  };
  const ofCallingCode = (code: string): CallingCode | undefined => {
    if (byCode.has(code)) return byCode.get(code);
    const found = readCallingCode(code, ofCountry);
    byCode.set(code, found);
    return found;
  };
  return { ofCountry, ofCallingCode };
}

function readCallingCode(
  code: string,
  ofCountry: (country: string) => NumberingPlan | undefined,
): CallingCode | undefined {
  const codes: Readonly<Record<string, readonly string[]>> = metadata.country_calling_codes;
  const countries = Object.hasOwn(codes, code) ? (codes[code] ?? []) : [];
  const plans = countries.map(ofCountry).filter((plan) => plan !== undefined);
  const main = plans[0];
  if (main !== undefined) return { main, plans };
  const others: Readonly<Record<string, unknown>> = metadata.nonGeographic;
  if (!Object.hasOwn(others, code)) return undefined;
  return { main: toPlan('', others[code]), plans: [] };
}

/**
 * A row of the metadata: places in a list, which
 * https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md names.
 */
function toPlan(country: string, row: unknown): NumberingPlan {
  const at: readonly unknown[] = Array.isArray(row) ? row : [];
  const lengths = toLengths(at[3]) ?? [];
  const pattern = toText(at[2]) ?? '';
  const trunkPrefix = toText(at[5]);
  const prefix = toText(at[7]) ?? trunkPrefix;
  const types = toTypes(at[11], lengths);
  return {
    country,
    callingCode: toText(at[0]) ?? '',
    abroad: startOf(toText(at[1])),
    pattern: wholeOf(pattern),
    lengths,
    trunkPrefix,
    prefix: startOf(prefix),
    transform: toText(at[8]),
    leadingDigits: startOf(toText(at[10])),
    // A plan without kinds takes what fits its pattern.
    types: types.length > 0 ? types : [{ pattern: wholeOf(pattern), lengths }],
  };
}

function toTypes(value: unknown, lengths: readonly number[]): readonly NumberType[] {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  return rows.flatMap((row) => {
    const at: readonly unknown[] = Array.isArray(row) ? row : [];
    const pattern = toText(at[0]);
    if (pattern === undefined) return [];
    return [{ pattern: wholeOf(pattern), lengths: toLengths(at[1]) ?? lengths }];
  });
}

function startOf(pattern: string | undefined): RegExp | undefined {
  return pattern === undefined ? undefined : new RegExp(`^(?:${pattern})`);
}

function wholeOf(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function toLengths(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((one) => typeof one === 'number');
}
