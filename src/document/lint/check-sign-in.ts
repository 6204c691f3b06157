import { memberOf, membersOf } from '../json-text/json-node.ts';
import type { LintContext } from './lint-context.ts';

/** What we send to the authorization endpoint ourselves; RFC 6749, section 4.1.1, and RFC 7636, section 4.3. */
const RESERVED = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
];

/** Tells of parameters of the authorization address that a document cannot set. */
export function checkSignIn(context: LintContext): void {
  const section = memberOf(memberOf(context.root, 'OAuth2')?.value, 'authorization_parameters');
  for (const { key, value } of membersOf(section?.value)) {
    const steps = ['OAuth2', 'authorization_parameters', key.value];
    const names =
      key.value === 'default' && value.kind === 'string'
        ? value.value.split('&').map((pair) => pair.split('=', 1)[0] ?? '')
        : [key.value];
    for (const name of names.filter((each) => RESERVED.includes(each))) {
      const node = key.value === 'default' ? value : key;
      const message = `"${name}" is filled in at each sign-in; a document cannot set it.`;
      context.report('reserved_authorization_parameter', { node, steps }, message, 'remove it');
    }
  }
}
