import type { Company, Contact, Records } from '../records.ts';
import { COMPANIES } from './companies.ts';
import { FIRST_CALL_ID, pastCalls } from './past-calls.ts';
import { PEOPLE } from './people.ts';
import { USERS } from './users.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What a new demo CRM begins with: the same people, firms and calls each time, the calls in the two
 * weeks before `now` (epoch milliseconds).
 */
export function firstRecords(now: number): Records {
  const contacts = PEOPLE.map((row, index) => contact(row, index, daysAgo(now, 300 - index * 4)));
  const calls = pastCalls(now, contacts);
  return {
    format: 2,
    users: USERS,
    companies: COMPANIES.map((row, index) => company(row, daysAgo(now, 400 - index * 9))),
    contacts,
    deletedContacts: [],
    calls,
    nextId: FIRST_CALL_ID + calls.length,
  };
}

function company(row: (typeof COMPANIES)[number], at: string): Company {
  const [id, name, industry, phone, city, country] = row;
  const website = `https://${domainOf(name)}`;
  return { id, name, industry, phone, website, city, country, created_at: at, updated_at: at };
}

function contact(row: (typeof PEOPLE)[number], index: number, at: string): Contact {
  const [first_name, last_name, company_id, job_title, phone, mobile, owner_id] = row;
  const name = COMPANIES.find(([id]) => id === company_id)?.[1] ?? '';
  const host = name === '' ? 'post.example' : domainOf(name);
  return {
    id: `c-${index + 1}`,
    first_name,
    last_name,
    job_title,
    company: name,
    company_id,
    email: `${ascii(first_name)}.${ascii(last_name)}@${host}`,
    phone,
    mobile,
    owner_id,
    created_at: at,
    updated_at: at,
  };
}

/** A domain below `.example`, which is nobody's (RFC 2606). */
function domainOf(name: string): string {
  return `${ascii(name)}.example`;
}

/** The letters and digits without their marks: `Söderberg Möbler` is `soderbergmobler`. */
function ascii(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/[^a-z0-9]/g, '');
}

function daysAgo(now: number, days: number): string {
  return new Date(now - days * DAY_MS).toISOString();
}
