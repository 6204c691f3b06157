/** Nothing of a page comes from elsewhere, and nothing in it runs but its own script. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; media-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Headers of each page and of what belongs to it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `${POLICY}; form-action 'self'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Of the pages of a sign-in: their forms lead back to the application, and browsers apply
 * `form-action` to where a form is redirected as well.
 */
export const SIGN_IN_HEADERS: Readonly<Record<string, string>> = {
  ...PAGE_HEADERS,
  'content-security-policy': `${POLICY}; form-action 'self' http://127.0.0.1:* http://localhost:*`,
};
