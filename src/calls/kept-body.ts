import { hideAddressTokens, hideInAddress } from '../text/hide-address-tokens.ts';
import type { CallEvent } from './call-event.ts';
import { storableJson } from './storable-json.ts';

/**
 * The body of an event as JSON text, as it is kept and shown: web addresses are without user, query
 * and fragment, which may be a permission. The event itself keeps what it needs.
 */
export function keptBody(body: unknown, event: Pick<CallEvent, 'recording'>): string {
  const { url, pageUrl } = event.recording ?? {};
  let text = storableJson(body);
  // A whole address may hold what ends one in other texts.
  for (const address of [url, pageUrl]) {
    if (address === undefined) continue;
    text = text.replaceAll(inJson(address), () => inJson(hideInAddress(address)));
  }
  return hideAddressTokens(text);
}

function inJson(text: string): string {
  return storableJson(text).slice(1, -1);
}
