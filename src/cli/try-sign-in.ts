import type { CompiledDocument } from '../document/compiled-document.ts';
import { AppError } from '../errors/app-error.ts';
import type { Credential, CredentialAnswer, RenewCredential } from '../runtime/credential.ts';
import type { MethodCall, MethodConnection, MethodRunnerDeps } from '../runtime/method-call.ts';
import type { MethodRunner } from '../runtime/run-method.ts';
import type { ScrubbedExchange } from '../runtime/scrub-exchange.ts';
import { aloneFields, signsInAlone } from '../runtime/sign-in/grant-fields.ts';
import { requestSignIn, signInContext } from '../runtime/sign-in/request-token.ts';

export interface TrySignInDeps extends MethodRunnerDeps {
  readonly runner: MethodRunner;
}

export type TrySignIn =
  | {
      readonly status: 'ready';
      /** Empty where the properties alone authorise the request. */
      readonly signedIn: Pick<MethodCall, 'credential' | 'renew'>;
      readonly exchanges: readonly ScrubbedExchange[];
    }
  | {
      readonly status: 'failed';
      readonly message: string;
      readonly exchanges: readonly ScrubbedExchange[];
    };

/**
 * Signs in for one run; nothing is kept. `accessToken`: one that the person has already. Throws
 * `invalid_request` where a person would have to open a page of the CRM.
 */
export async function signInToTry(
  deps: TrySignInDeps,
  of: {
    readonly document: CompiledDocument;
    readonly connection: MethodConnection;
    readonly accessToken: string | undefined;
  },
  signal: AbortSignal,
): Promise<TrySignIn> {
  const { document, accessToken } = of;
  const { signIn } = document;
  if (signIn.kind !== 'oauth2' && signIn.kind !== 'session') {
    const credential = await withAccount(deps, of, NOTHING);
    const signedIn = credential === NOTHING ? {} : { credential };
    return { status: 'ready', signedIn, exchanges: [] };
  }
  if (accessToken !== undefined) {
    const credential: Credential = { accessToken, locals: {}, properties: {}, generation: 1 };
    const signedIn = { credential: await withAccount(deps, of, credential) };
    return { status: 'ready', signedIn, exchanges: [] };
  }
  if (!signsInAlone(signIn)) throw new AppError('invalid_request', NEEDS_PERSON);
  const first = await signInOnce(deps, of, { generation: 1, signal });
  if (first.status === 'failed') return first;
  const renew: RenewCredential = async (used, ends) => {
    const generation = used.generation + 1;
    const next = await signInOnce(deps, of, { generation, signal: ends });
    return next.status === 'failed' ? needsAuth(next.message) : next;
  };
  const { credential, exchanges } = first;
  return { status: 'ready', signedIn: { credential, renew }, exchanges };
}

/** How to come to a token where a person signs in. */
export const NEEDS_PERSON =
  'In this document a person signs in at the CRM. Connect it in a server: POST /v1/connections/{id}/sign-in gives the page to open, and POST …/test tries it. Or put an access token that you have into the file of --properties as "access_token", or into PATCHCORD_PROPERTY_ACCESS_TOKEN.';

const NOTHING: Credential = { locals: {}, properties: {}, generation: 0 };

interface SignedIn {
  readonly status: 'ready';
  readonly credential: Credential;
  readonly exchanges: readonly ScrubbedExchange[];
}

async function signInOnce(
  deps: TrySignInDeps,
  of: { readonly document: CompiledDocument; readonly connection: MethodConnection },
  { generation, signal }: { readonly generation: number; readonly signal: AbortSignal },
): Promise<SignedIn | Extract<TrySignIn, { status: 'failed' }>> {
  const { document, connection } = of;
  const context = signInContext(deps, { connection });
  const given = { now: deps.clock.now(), id: deps.randomId() };
  const grant = aloneFields(document.signIn, context, given);
  if (grant.status === 'not_sent') {
    return { status: 'failed', message: grant.message, exchanges: [] };
  }
  const result = await requestSignIn(deps, { document, connection, fields: grant.fields }, signal);
  if (result.status === 'not_sent') {
    return { status: 'failed', message: result.message, exchanges: [] };
  }
  const exchanges = [result.exchange];
  if (result.status !== 'accepted') {
    return { status: 'failed', message: result.message, exchanges };
  }
  const { accessToken, sessionToken, locals, properties } = result.answer;
  const credential: Credential = {
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    locals,
    properties,
    generation,
  };
  return { status: 'ready', credential: await withAccount(deps, of, credential), exchanges };
}

/** With what the method `Account` fills, where the token answer left something to it. */
async function withAccount(
  deps: TrySignInDeps,
  of: { readonly document: CompiledDocument; readonly connection: MethodConnection },
  credential: Credential,
): Promise<Credential> {
  const { document, connection } = of;
  const known = { ...connection.properties, ...credential.properties };
  const isFilled = document.properties.every(
    ({ label, filledBySignIn }) => !filledBySignIn || Object.hasOwn(known, label),
  );
  if (isFilled || !document.methods.has('Account')) return credential;
  const prepared = deps.runner.prepare({
    document,
    method: 'Account',
    connection,
    values: {},
    credential,
  });
  if (prepared.status === 'not_sent') return credential;
  const { records } = await prepared.send(new AbortController().signal);
  const [record] = records;
  if (record === undefined) return credential;
  const bound = document.bindAccount(record, {
    ...signInContext(deps, { connection, values: credential.locals }),
    properties: known,
  });
  if (bound.status === 'refused') return credential;
  return {
    ...credential,
    locals: { ...credential.locals, ...bound.locals },
    properties: { ...credential.properties, ...bound.properties },
  };
}

function needsAuth(message: string): CredentialAnswer {
  return { status: 'needs_auth', message };
}
