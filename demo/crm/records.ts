/** Someone who works with the demo CRM. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly extension: string;
}

/** A person the users talk to. Numbers are kept as they were typed and compared by their digits. */
export interface Contact {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly company: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
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
  readonly ended_at: string;
  readonly duration: number;
  readonly recording_url: string;
  readonly recording: Recording | null;
}

/** An uploaded recording; its bytes lie in a file of their own, named for the call. */
export interface Recording {
  readonly filename: string;
  readonly type: string;
  readonly size: number;
}

/** Everything the demo CRM knows, as its file holds it. */
export interface Records {
  readonly users: readonly User[];
  readonly contacts: readonly Contact[];
  readonly calls: readonly Call[];
  readonly nextId: number;
}

/** What a new demo CRM starts with; the numbers are ones that Ofcom keeps free for fiction. */
export const FIRST_RECORDS: Records = {
  users: [
    { id: 'u-201', name: 'Nadia Rahman', email: 'nadia@demo.example', extension: '201' },
    { id: 'u-202', name: 'Tom Okafor', email: 'tom@demo.example', extension: '202' },
    { id: 'u-203', name: 'Lena Fischer', email: 'lena@demo.example', extension: '203' },
  ],
  contacts: [
    contact('c-1', 'Alice', 'Smith', 'Harbour Bakery', '+44 20 7946 0018', '+44 7700 900123'),
    contact('c-2', 'Ben', 'Turner', 'Turner & Sons Roofing', '0161 496 0212', ''),
    contact('c-3', 'Chiara', 'Conti', 'Studio Conti', '+44 131 496 0734', '07700 900456'),
    contact('c-4', 'Dev', 'Patel', 'Patel Opticians', '+44 117 496 0388', ''),
  ],
  calls: [],
  nextId: 5,
};

function contact(
  id: string,
  first_name: string,
  last_name: string,
  company: string,
  phone: string,
  mobile: string,
): Contact {
  const email = `${first_name}.${last_name}@customer.example`.toLowerCase();
  return { id, first_name, last_name, company, email, phone, mobile };
}
