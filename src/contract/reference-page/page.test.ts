import { describe, expect, test } from 'vitest';

import { CallEvent } from '../call-events.ts';
import { ENDPOINTS } from '../endpoints.ts';
import { buildOpenApi } from '../openapi.ts';
import { recordedExample } from '../story/recorded.ts';
import { referencePage } from './page.ts';
import { STYLE } from './style.ts';

const page = referencePage(buildOpenApi(ENDPOINTS, { version: '1.0.0', extra: [CallEvent] }));

describe('the reference page', () => {
  test.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    'shows %s with its path and a recorded exchange',
    (name, { path }) => {
      expect(recordedExample(name)).toBeDefined();
      const section = sectionOf(name);
      expect(section).toContain(`<code>${path}</code>`);
      expect(section).toContain('curl ');
      expect(section).toContain(`Answer ${recordedExample(name)?.status ?? 'none'}`);
    },
  );

  test('lists the objects beside the routes, and leads back from a narrow page', () => {
    const menu = page.slice(page.indexOf('<nav'), page.indexOf('</nav>'));

    expect(menu).toContain('<a href="#object-CallEvent">CallEvent</a>');
    expect(page).toContain('<a class="up" href="#routes">');
  });

  test('keeps the names in its tables whole where there is room', () => {
    expect(STYLE).toMatch(/\ntbody th code \{[^}]*white-space: nowrap/u);
  });

  test('loads nothing from anywhere', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|form)\b/u);
    expect(STYLE).not.toMatch(/url\(|@import/u);
    expect(page.split(`<style>${STYLE}</style>`)).toHaveLength(2);
  });

  test('leads with every link to a place on itself', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/gu)].map((found) => found[1]));
    const targets = [...page.matchAll(/href="#([^"]+)"/gu)].map((found) => found[1]);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    expect(page).not.toMatch(/href="(?!#)/u);
  });

  test('writes what comes from outside as text', () => {
    const hostile = '<script>alert(1)</script>';
    const shown = referencePage({
      info: { title: hostile, description: hostile },
      tags: [{ name: 'x', description: hostile }],
      paths: {
        '/x': {
          get: {
            operationId: 'x"><b>',
            tags: ['x'],
            summary: hostile,
            description: hostile,
            parameters: [{ name: hostile, in: 'query', schema: { type: 'string' } }],
            responses: { 200: { description: hostile } },
          },
        },
      },
    });
    expect(shown).not.toContain('<script>');
    expect(shown).not.toContain('"><b>');
  });
});

function sectionOf(name: string): string {
  const start = page.indexOf(`<section class="operation" id="${name}"`);
  return page.slice(start, page.indexOf('</section>', start));
}
