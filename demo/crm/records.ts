/** Someone who works with the demo CRM. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly extension: string;
  readonly role: string;
}

/** A firm; the people who work there are contacts. Times are ISO 8601. */
export interface Company {
  readonly id: string;
  readonly name: string;
  readonly industry: string;
  readonly phone: string;
  readonly website: string;
  readonly city: string;
  readonly country: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A person the users talk to. Numbers are kept as they were typed and compared by their digits. */
export interface Contact {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly job_title: string;
  readonly company: string;
  readonly company_id: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
  readonly owner_id: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A contact that is no more: a list of changes names it. */
export interface DeletedContact {
  readonly id: string;
  readonly deleted: true;
  readonly updated_at: string;
}

/** A call as the CRM's pages show it. Times are ISO 8601, the duration is in seconds. */
export interface Call {
  readonly id: string;
  /** The caller's own key for the call: no two calls share one. */
  readonly key: string;
  readonly direction: string;
  readonly status: string;
  readonly subject: string;
  readonly note: string;
  readonly phone: string;
  readonly contact_id: string;
  readonly user_id: string;
  readonly started_at: string;
  readonly answered_at: string;
  readonly ended_at: string;
  readonly duration: number;
  readonly recording_url: string;
  readonly recording: Recording | null;
}

/** A recording: its bytes lie in a file of their own, named for the call. */
export interface Recording {
  readonly filename: string;
  readonly type: string;
  readonly size: number;
  /** Of the calls the CRM begins with: the sound is made when somebody listens, from this number. */
  readonly made_from?: number;
}

/** Everything the demo CRM knows, as its file holds it. */
export interface Records {
  /** Of the file: one of another shape is set aside. */
  readonly format: 2;
  readonly users: readonly User[];
  readonly companies: readonly Company[];
  readonly contacts: readonly Contact[];
  readonly deletedContacts: readonly DeletedContact[];
  readonly calls: readonly Call[];
  readonly nextId: number;
}
