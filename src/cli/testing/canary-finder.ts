/** Where a secret was found, in which form, and what stood around it. */
export interface Hit {
  readonly secret: string;
  readonly form: string;
  readonly around: string;
}

/** Long enough that chance makes no hit, and every form of a canary is longer. */
const GRAM = 12;
const AROUND = 40;

/**
 * Looks for secrets in texts and bytes, in each form in which they travel: plain, escaped in JSON,
 * URL-encoded (both ways), hexadecimal, Base64 and Base64url at each of the three places in which
 * a text may begin. Written apart from what the product scrubs by, so that the two do not err together.
 */
export function createCanaryFinder(secrets: readonly string[]): (text: string) => readonly Hit[] {
  const byGram = new Map<string, { secret: string; form: string; text: string }[]>();
  for (const secret of secrets) {
    for (const [form, text] of formsOf(secret)) {
      if (text.length < GRAM) throw new Error(`too short to look for: ${form} of ${secret}`);
      const gram = text.slice(0, GRAM);
      byGram.set(gram, [...(byGram.get(gram) ?? []), { secret, form, text }]);
    }
  }
  return (text) => {
    const hits: Hit[] = [];
    for (let at = 0; at + GRAM <= text.length; at += 1) {
      for (const candidate of byGram.get(text.slice(at, at + GRAM)) ?? []) {
        if (!text.startsWith(candidate.text, at)) continue;
        const around = text.slice(Math.max(0, at - AROUND), at + candidate.text.length + AROUND);
        hits.push({ secret: candidate.secret, form: candidate.form, around });
      }
    }
    return hits;
  };
}

function formsOf(secret: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(secret, 'utf8');
  const encoded = encodeURIComponent(secret);
  const forms: (readonly [string, string])[] = [
    ['plain', secret],
    ['plain as Latin-1', bytes.toString('latin1')],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL-encoded', encoded],
    ['URL-encoded in lower case', encoded.replaceAll(/%../g, (escape) => escape.toLowerCase())],
    ['form-encoded', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
  ];
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // What depends on the bytes before and behind is cut off: at most two characters on each side.
    const [from, cut] = [shift === 0 ? 0 : shift + 1, shifted.length % 3 === 0 ? 0 : 1];
    const whole = shifted.toString('base64').replaceAll('=', '');
    const core = whole.slice(from, cut === 0 ? undefined : -cut);
    forms.push([`Base64, place ${shift}`, core]);
    forms.push([`Base64url, place ${shift}`, core.replaceAll('+', '-').replaceAll('/', '_')]);
  }
  return [...new Map(forms.map(([form, text]) => [text, form] as const))].map(
    ([text, form]) => [form, text] as const,
  );
}
