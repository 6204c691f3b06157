import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Crm } from './crm.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchcord-demo-records-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file of the demo CRM', () => {
  it('is for its owner alone', () => {
    new Crm(folder).createContact({ last_name: 'Okoro' });

    expect(statSync(join(folder, 'crm.json')).mode & 0o777).toBe(0o600);
  });

  it('of an older shape is set aside, and the CRM begins anew', () => {
    const older = { users: [], contacts: [], calls: [], nextId: 5 };
    writeFileSync(join(folder, 'crm.json'), JSON.stringify(older));

    const crm = new Crm(folder);

    expect(crm.contacts).toHaveLength(60);
    expect(existsSync(join(folder, 'crm-before.json'))).toBe(true);
  });

  it('that cannot be read is an error, and stays', () => {
    writeFileSync(join(folder, 'crm.json'), '{"format": 2, ');

    expect(() => new Crm(folder)).toThrow(SyntaxError);
    expect(existsSync(join(folder, 'crm.json'))).toBe(true);
  });
});
