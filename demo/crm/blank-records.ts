import type { Company, Contact } from './records.ts';

export const BLANK_CONTACT: Contact = {
  id: '',
  first_name: '',
  last_name: '',
  job_title: '',
  company: '',
  company_id: '',
  email: '',
  phone: '',
  mobile: '',
  owner_id: '',
  created_at: '',
  updated_at: '',
};

export const BLANK_COMPANY: Company = {
  id: '',
  name: '',
  industry: '',
  phone: '',
  website: '',
  city: '',
  country: '',
  created_at: '',
  updated_at: '',
};

/** Texts of a call; what else it has comes when it is made. */
export const BLANK_CALL = {
  key: '',
  direction: '',
  status: '',
  subject: '',
  note: '',
  phone: '',
  contact_id: '',
  user_id: '',
  started_at: '',
  answered_at: '',
  ended_at: '',
  recording_url: '',
};
