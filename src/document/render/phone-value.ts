import type { NumberForm } from '../names/parameters.ts';
import type { PhoneNumberForms } from '../values/values.ts';
import type { Scope } from './scope.ts';

/** A number as it goes out: E.164 where it parses in the connection's country, else as delivered. */
export function normalNumber(delivered: string, scope: Scope): string {
  return parsed(delivered, scope)?.e164 ?? delivered;
}

/** True for a valid number of the connection's country, or one with a plus. */
export function parses(delivered: string, scope: Scope): boolean {
  return parsed(delivered, scope) !== undefined;
}

/** One form of a number; a number that does not parse has its digits only. */
export function numberForm(delivered: string, form: NumberForm, scope: Scope): string | undefined {
  const forms = parsed(delivered, scope);
  if (forms === undefined) {
    const digits = form === 'digits' ? delivered.replaceAll(/\D/g, '') : '';
    return digits === '' ? undefined : digits;
  }
  const text = formText(forms, form);
  return text === '' ? undefined : text;
}

function formText(forms: PhoneNumberForms, form: NumberForm): string {
  switch (form) {
    case 'e164':
    case 'digits':
    case 'national':
    case 'significant':
    case 'international':
    case 'country':
      return forms[form];
    case 'country_code':
      return forms.countryCode;
    case 'last7':
    case 'last8':
    case 'last9':
    case 'last10':
      return forms.significant.slice(-Number(form.slice('last'.length)));
  }
}

// Parsing costs more than all the rest of a small request.
function parsed(delivered: string, scope: Scope): PhoneNumberForms | undefined {
  const { numbers, context } = scope;
  if (numbers.has(delivered)) return numbers.get(delivered);
  const forms = context.phones.parse(delivered, context.country);
  numbers.set(delivered, forms);
  return forms;
}
