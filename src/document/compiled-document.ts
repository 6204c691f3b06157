import type { AnswerRules } from './bind/answer-rules.ts';
import type { BoundRecord, CompiledBinding } from './bind/compile-binding.ts';
import type { Json } from './json-value.ts';
import type { MethodName } from './methods.ts';
import type { Names } from './names/names.ts';
import type { PagingRule } from './paging/paging-rule.ts';
import type { PropertyField } from './names/properties.ts';
import type { HostRule } from './render/url/host.ts';
import type { RenderContext, RenderResult } from './render/request.ts';
import type { Notation } from './templates/template.ts';

/** A document without errors, compiled once into functions; it holds no value of any connection. */
export interface CompiledDocument {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  /** SHA-256 of the text in UTF-8, lower-case hex. */
  readonly digest: string;
  readonly source: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly properties: readonly PropertyField[];
  readonly methods: ReadonlyMap<MethodName, CompiledMethod>;
  /** The entries of `hosts`; empty when the document leaves them out. */
  readonly hosts: readonly HostRule[];
  /** How requests are authorised, and where that comes from. */
  readonly signIn: CompiledSignIn;
  /** The pinned origins that these property values give, in lower case, each once. */
  originsOf(properties: Readonly<Record<string, string>>): readonly string[];
  /** What a record of the method `Account` says of the sign-in; a URL outside `hosts` is refused. */
  bindAccount(record: BoundRecord, context: RenderContext): SignInBinding | SignInRefusal;
  /** A page of the CRM for people, http(s) only; `undefined` where the document or a value lacks it. */
  link(page: 'contact_url' | 'activity_url', context: RenderContext): string | undefined;
  /** The value of a variable, `undefined` where it has none. For tests of documents. */
  variable(name: string, context: RenderContext): Json | undefined;
}

/** A method: one request, several in order, or a list of alternatives. */
export interface CompiledMethod {
  readonly name: MethodName;
  /** In the order of the document; a method object that stands alone is a list of one. */
  readonly objects: readonly CompiledMethodObject[];
}

/** One of the objects of a method. */
export interface CompiledMethodObject {
  /** Whether it runs for these values; absent: it always does. Never throws. */
  readonly when?: (context: RenderContext) => Condition;
  /** The kind of record that it is about: kept with each, and a parameter of its requests. */
  readonly contactType?: string;
  /** The page of a record that this object found; without it the document's. */
  readonly contactLink?: (context: RenderContext) => string | undefined;
  /** True for `steps`: one that lacks a value is passed over. */
  readonly isStepwise: boolean;
  /** The method object itself, or its `steps`. Never empty. */
  readonly requests: readonly CompiledRequest[];
}

/** What `when` says. */
export type Condition =
  | { readonly runs: true }
  /** Why not, in words for people. */
  | { readonly runs: false; readonly message: string };

/** One request of a method, and the meaning of its answer. */
export interface CompiledRequest {
  /** Only of `steps`: whether it runs for these values. Never throws. */
  readonly when?: (context: RenderContext) => Condition;
  readonly bind: CompiledBinding;
  /** What else the document says about the meaning of its answers. */
  readonly rules: AnswerRules;
  /** The document says that sending it twice does no harm. */
  readonly idempotent: boolean;
  readonly paging?: PagingRule;
  /** Milliseconds for the whole exchange, in place of the usual total. */
  readonly timeoutMs?: number;
  /** Name of the header under which the CRM recognises a repeated request. */
  readonly idempotencyHeader?: string;
  /** Fills the request. Never throws for any values. */
  render(context: RenderContext): RenderResult;
}

/**
 * How a connection gets what it authorises its requests with. `static`: property values alone;
 * `session`: a login gives `RenderContext.sessionToken`; `oauth2`: a token endpoint gives
 * `RenderContext.accessToken` (RFC 6749).
 */
export type CompiledSignIn =
  | { readonly kind: 'none' | 'static' }
  | { readonly kind: 'session'; readonly login: CompiledSignInRequest }
  | {
      readonly kind: 'oauth2';
      readonly flow: SignInFlow;
      /** RFC 7636 with S256; only for `authorization_code`. */
      readonly pkce: boolean;
      /** The page where a person signs in; only for `authorization_code`. */
      authorizationUrl?(context: RenderContext, ours: AuthorizationFields): AuthorizationUrl;
      /** Reads the query of the redirect; only for `authorization_code`. */
      bindCallback?(
        query: Readonly<Record<string, string>>,
        context: RenderContext,
      ): SignInBinding | SignInRefusal;
      readonly token: CompiledSignInRequest;
      /** What is to be signed; only for `jwt_bearer` (RFC 7523). */
      assertion?(context: RenderContext): AssertionResult;
    };

export type SignInFlow = 'authorization_code' | 'client_credentials' | 'password' | 'jwt_bearer';

/** What each authorization request has of its own. */
export interface AuthorizationFields {
  readonly redirectUri: string;
  readonly state: string;
  /** Base64url of the SHA-256 of the verifier. */
  readonly codeChallenge?: string;
}

export type AuthorizationUrl =
  | { readonly status: 'url'; readonly url: string }
  | { readonly status: 'missing_value'; readonly name: string }
  | { readonly status: 'unsafe_value'; readonly name: string; readonly message: string };

export interface CompiledSignInRequest {
  /**
   * `fields` are those of the grant (`grant_type`, `code`, `redirect_uri`, `code_verifier`,
   * `refresh_token`, `assertion`); the document adds its own and the client's credentials. A login
   * has none. Never throws for any values.
   */
  render(context: RenderContext, fields: Readonly<Record<string, string>>): RenderResult;
  /** Reads an answer that was accepted by its status. Never throws, whatever it holds. */
  bind(answer: Json | undefined, context: RenderContext): SignInAnswer;
}

/** What an answer of the sign-in says beside tokens. */
export interface SignInBinding {
  readonly status: 'bound';
  /** Label → value, of properties with `filled_by`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly locals: Readonly<Record<string, string>>;
  readonly accountId?: string;
  readonly accountName?: string;
}

export interface SignInRefusal {
  readonly status: 'refused';
  /** The server's words where it has any. */
  readonly message: string;
  /** `error` of RFC 6749, section 5.2. */
  readonly code?: string;
}

export type SignInAnswer =
  | (SignInBinding & {
      readonly accessToken?: string;
      readonly sessionToken?: string;
      readonly refreshToken?: string;
      /** Absent: it lasts until it is refused. */
      readonly expiresInSeconds?: number;
    })
  | SignInRefusal;

/** What a JWT for the `jwt_bearer` grant says and what it is signed with. */
export interface SignInAssertion {
  readonly algorithm: AssertionAlgorithm;
  /** The `kid` of the header. */
  readonly keyId?: string;
  /** PEM for the asymmetric algorithms, the shared secret for HS256. */
  readonly privateKey: string;
  /** `iss`, `sub`, `aud`, `scope` and the document's own; the signer adds `iat`, `exp`, `jti`. */
  readonly claims: Readonly<Record<string, Json>>;
  readonly lifetimeSeconds: number;
}

/** RFC 7518, section 3.1, and RFC 8037 (`EdDSA`). */
export const ASSERTION_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
  'HS256',
] as const;

export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number];

export type AssertionResult =
  | { readonly status: 'assertion'; readonly assertion: SignInAssertion }
  | { readonly status: 'missing_value'; readonly name: string }
  | { readonly status: 'unsafe_value'; readonly name: string; readonly message: string };
