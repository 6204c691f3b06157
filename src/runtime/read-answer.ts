import type { Json } from '../document/json-value.ts';
import { charsetOf, decodeText } from '../text/decode-text.ts';
import { parseLosslessJson } from '../text/lossless-json.ts';
import { crmWords } from './crm-words.ts';
import type { BodyForm } from './outcome-table.ts';

export interface ReadAnswer {
  readonly form: BodyForm;
  /** Decoded, whatever it is. */
  readonly text: string;
  /** For the binding: JSON, or the text itself where it is no JSON; `undefined` for the rest. */
  readonly value: Json | undefined;
  /** The CRM's own words about an error, where there are some. */
  readonly words: string | undefined;
}

/** Reads the body of an answer; what a body is decides its content, not its Content-Type. */
export function readAnswer(
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): ReadAnswer {
  const type = headers['content-type'];
  const text = decodeText(body, charsetOf(type));
  if (text.trim() === '') return { form: 'empty', text, value: undefined, words: undefined };
  const parsed = parseLosslessJson(text);
  if (parsed.status === 'json') {
    return { form: 'json', text, value: parsed.value, words: crmWords(parsed.value) };
  }
  if (parsed.status !== 'not_json') {
    return { form: 'too_large', text, value: undefined, words: undefined };
  }
  if (isHtml(text, type)) {
    const title = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1];
    return { form: 'html', text, value: undefined, words: crmWords(title ?? null) };
  }
  return { form: 'text', text, value: text, words: crmWords(text) };
}

function isHtml(text: string, contentType: string | undefined): boolean {
  return (
    /^\s*<(?:!doctype html|html|head|body)\b/i.test(text) || /\bhtml\b/i.test(contentType ?? '')
  );
}
