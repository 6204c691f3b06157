export type Scalar = string | number | boolean;

/**
 * Parameters and local values by name. Ids and phone numbers are texts, `call_duration` counts
 * seconds, dates are epoch milliseconds. Read by own property only; `file` never stands here.
 */
export type Values = Readonly<Record<string, Scalar | null | undefined>>;

/** The forms of one valid phone number; see `N_e164` … `N_country` in the language. */
export interface PhoneNumberForms {
  /** `+442071838750` */
  readonly e164: string;
  /** `442071838750` */
  readonly digits: string;
  /** `02071838750` */
  readonly national: string;
  /** `2071838750` */
  readonly significant: string;
  /** `+44 20 7183 8750` */
  readonly international: string;
  /** `44` */
  readonly countryCode: string;
  /** `GB`; empty for numbers of no country, such as +800. */
  readonly country: string;
}

/** What the language needs to know of phone numbers; `country` is ISO 3166-1 alpha-2. */
export interface PhoneNumbers {
  /** The forms of a valid number, `undefined` for extensions, short codes and anything else. */
  parse(number: string, country: string): PhoneNumberForms | undefined;
  /** True when both are the same line, whatever the form they are written in. */
  same(a: string, b: string, country: string): boolean;
}

/** Something worth telling that stopped nothing. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

/** The value of a name, or `undefined` where there is none: missing, `null` or the empty text. */
export function readValue(values: Values, name: string): Scalar | undefined {
  if (!Object.hasOwn(values, name)) return undefined;
  const value = values[name];
  return value === null || value === undefined || value === '' ? undefined : value;
}
