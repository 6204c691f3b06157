import type { CompiledSignIn } from '../../document/compiled-document.ts';
import { signsInAlone } from '../../runtime/sign-in/grant-fields.ts';

/** Who signs in at the CRM: a person on its page, or the connection with its properties. */
export type SignsIn = 'person' | 'credentials';

/** Who signs in with a document; what sends its credentials with each request is `credentials`. */
export function whoSignsIn(signIn: CompiledSignIn): SignsIn {
  return signIn.kind === 'oauth2' && !signsInAlone(signIn) ? 'person' : 'credentials';
}
