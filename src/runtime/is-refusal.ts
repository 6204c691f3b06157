/**
 * True where the last of these exchanges was answered with a status of RFC 9110 that is no 2xx. With an
 * outcome of success the document itself has accepted it: the CRM did nothing, and tells of what is there.
 */
export function isRefusal(exchanges: readonly { readonly response?: unknown }[]): boolean {
  const response = exchanges.at(-1)?.response;
  if (typeof response !== 'object' || response === null || !('status' in response)) return false;
  const { status } = response;
  return typeof status === 'number' && (status < 200 || status > 299);
}
