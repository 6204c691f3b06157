import type { Timestamp } from './store.ts';

export interface LogoTables {
  /** The picture of an integration, as its newest document names it. */
  logo: {
    integration_id: string;
    organization_id: string | null;
    /** The version whose document was looked at. */
    version_id: string;
    /** Null: the document names none. */
    url: string | null;
    /** `wanted`: to be fetched; bytes of an earlier one stay until then. */
    state: 'none' | 'wanted' | 'stored' | 'unavailable';
    /** Why it cannot be had, in words. */
    message: string | null;
    tries: number;
    /** When it is fetched next. */
    ready_at: Timestamp;
    media_type: string | null;
    /** Lower-case hex. */
    sha256: string | null;
    bytes: Uint8Array | null;
    updated_at: Timestamp;
  };
}
