import type { User } from '../records.ts';

/** The five who work with the demo CRM. The demo's office has an extension for each. */
export const USERS: readonly User[] = [
  user('u-201', 'Nadia Rahman', '201', 'Sales, United Kingdom'),
  user('u-202', 'Tom Okafor', '202', 'Sales, North America'),
  user('u-203', 'Lena Fischer', '203', 'Sales, Europe'),
  user('u-204', 'Priya Nair', '204', 'Support'),
  user('u-205', 'Marek Dvorak', '205', 'Accounts'),
];

function user(id: string, name: string, extension: string, role: string): User {
  const [first = ''] = name.toLowerCase().split(' ');
  return { id, name, email: `${first}@demo.example`, extension, role };
}
