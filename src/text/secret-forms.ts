import { toBase64 } from './base64.ts';

/** Base64 of fewer characters than this says too little to be told from other text. */
const BASE64_CORE_MIN_CHARACTERS = 6;

/** Every form in which a secret may stand in a request, an answer or a log line; the value first. */
export function secretForms(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = toBase64(bytes);
  return [
    ...new Set([
      secret,
      base64,
      base64.replace(/=+$/, ''),
      toUrlAlphabet(base64),
      toUrlAlphabet(base64).replace(/=+$/, ''),
      ...base64Cores(bytes),
      ...urlForms(secret),
      hex,
      hex.toUpperCase(),
      json,
      json.replaceAll('/', '\\/'),
      asciiJson(json),
      // A secret inside JSON that is a text inside JSON, as in a log line of a body.
      JSON.stringify(json).slice(1, -1),
      ...htmlForms(secret),
    ]),
  ];
}

/**
 * The characters of Base64 that depend on the secret alone, for each of the three ways its bytes
 * may lie in groups of three: they show it inside `user:password` and in the middle of a file.
 */
function base64Cores(bytes: Uint8Array): readonly string[] {
  const cores: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = new Uint8Array(offset + bytes.length);
    padded.set(bytes, offset);
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = toBase64(padded).slice(start, end);
    if (core.length >= BASE64_CORE_MIN_CHARACTERS) cores.push(core, toUrlAlphabet(core));
  }
  return cores;
}

function urlForms(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const strict = encoded.replaceAll(
    /[!'()*~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const both = [encoded, strict, strict.replaceAll('%20', '+'), encoded.replaceAll('%20', '+')];
  const lower = both.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  return [...both, ...lower, encodeURI(secret.toWellFormed())];
}

/** As error pages show it; which signs are written as entities differs by framework. */
function htmlForms(secret: string): readonly string[] {
  const text = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = text.replaceAll('"', '&quot;');
  const apostrophes = ["'", '&#39;', '&#039;', '&#x27;', '&apos;'];
  const numbered = text.replaceAll('"', '&#34;').replaceAll("'", '&#39;');
  return [text, numbered, ...apostrophes.map((sign) => quoted.replaceAll("'", sign))];
}

function asciiJson(json: string): string {
  return json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function toUrlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
