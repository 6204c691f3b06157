import { jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { SignInFlow } from '../compiled-document.ts';

const FLOWS: readonly SignInFlow[] = [
  'authorization_code',
  'client_credentials',
  'password',
  'jwt_bearer',
];

/** The flow of an `OAuth2` object: that of `flow`; else `flow_type` 0, the authorization code. */
export function flowOf(oauth2: Json): SignInFlow {
  const named = jsonText(oauth2, 'flow');
  return FLOWS.find((flow) => flow === named) ?? 'authorization_code';
}
