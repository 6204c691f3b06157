import { AppError } from '../errors/app-error.ts';
import { isCountry } from '../text/country.ts';

/**
 * Throws `invalid_request` for what is no country (ISO 3166-1 alpha-2), and for a zone that the IANA
 * list lacks.
 */
export function checkPlace({ country, timezone }: { country: string; timezone: string }): void {
  if (!isCountry(country)) {
    const message = `"${country}" is no country: write the two capital letters of ISO 3166-1, such as GB.`;
    throw new AppError('invalid_request', message);
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch (cause) {
    const message = `"${timezone}" is no time zone: write a name of the IANA list, such as Europe/London.`;
    throw new AppError('invalid_request', message, { cause });
  }
}
