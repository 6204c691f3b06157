import type { PhoneFormat } from '../names/parameters.ts';
import type { Note, PhoneNumbers, Values } from '../values/values.ts';
import type { ExpressionBudget } from './scope.ts';

/** All that one rendering needs; nothing of it is changed. */
export interface RenderContext {
  readonly values: Values;
  /** Label → value, as saved with the connection. */
  readonly properties: Readonly<Record<string, string>>;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA time zone. */
  readonly timezone: string;
  readonly phones: PhoneNumbers;
  /** For multipart: random per request, letters and digits. */
  readonly boundary: string;
  /** `page`, `offset`, `cursor`, `page_size` of a method with paging. */
  readonly moving?: Values;
  /** A next link: replaces the URL, is held to the same origins, and keeps all else. */
  readonly nextUrl?: string;
  readonly file?: { readonly size: number; readonly type?: string; readonly name?: string };
  readonly accessToken?: string;
  readonly sessionToken?: string;
  /** Those of `values` that the sign-in bound: secrets where an answer gave the address. */
  readonly signedIn?: Values;
  /** Pinned origins; without them those that the property values give. */
  readonly origins?: readonly string[];
  /** Origins beside `hosts` that an answer may give to requests with `"auth": "none"`. */
  readonly mayReach?: (origin: string) => boolean;
  /**
   * Parameters that the user emptied, by canonical name (`email`); `UpdateContact` alone writes
   * them. One that has a value in `values` is not emptied.
   */
  readonly cleared?: ReadonlySet<string>;
  /** The form of bare `$phone$` in `FindContact`; without it the first that the number has. */
  readonly phoneFormat?: PhoneFormat;
  /** Shared by renderings that follow each other while nobody else is served. */
  readonly expressions?: ExpressionBudget;
}

export interface RenderedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: RenderedBody;
  /** Set for `"auth": "none"`: no credentials are sent, so that none can be refused. */
  readonly unsigned?: true;
  /**
   * Set where the address is pinned by nothing but `hosts`: an answer gave it, and the request has
   * neither credentials nor secrets. Its own origin is then the only one that it may reach.
   */
  readonly unpinned?: true;
}

/** Chunks in order, texts in UTF-8; a file chunk is streamed by the sender. */
export interface RenderedBody {
  readonly contentType: string;
  readonly chunks: readonly BodyChunk[];
}

export type BodyChunk = string | { readonly file: 'base64' | 'bytes' };

/** Members that have a value were left out, because their keys lack one. */
export interface LostContent {
  /** What the keys lack; never empty. */
  readonly names: readonly string[];
  /** Nothing else is left in the body. */
  readonly whole: boolean;
}

export type RenderResult =
  | {
      readonly status: 'request';
      readonly request: RenderedRequest;
      readonly notes: readonly Note[];
      readonly lost?: LostContent;
    }
  /** Nothing is sent: the path, or a credential, lacks the value of this name. */
  | { readonly status: 'missing_value'; readonly name: string }
  /** Nothing is sent: the place of this name forbids its value. */
  | { readonly status: 'unsafe_value'; readonly name: string; readonly message: string };
