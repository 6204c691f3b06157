import { html, trusted, type Markup } from './html.ts';

/** Line icons on a grid of 20; each stands beside a word. */
const PATHS = {
  home: 'M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-3.5v-5h-5v5H4a1 1 0 0 1-1-1z',
  contacts: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.5-3 3-4.5 6-4.5s5.500 1.500 6 4.500',
  companies:
    'M4 17V4.500A.5.5 0 0 1 4.500 4h7a.5.5 0 0 1 .5.500V17M12 9h3.500a.5.5 0 0 1 .5.500V17M2.500 17h15M6.500 7.500h3M6.500 10.500h3M6.500 13.500h3',
  calls:
    'M5.500 3.500 8 4l1 3.500-1.500 1.500a9 9 0 0 0 3.500 3.500l1.500-1.500 3.500 1 .5 2.500c0 1-1 2-2 2C8 16.500 3.500 12 3.500 5.500c0-1 1-2 2-2z',
  users:
    'M7.500 9.500a2.750 2.750 0 1 0 0-5.500 2.750 2.750 0 0 0 0 5.500zM2.500 16.500c.4-2.800 2.300-4.300 5-4.300s4.600 1.500 5 4.300M13 4.300a2.750 2.750 0 0 1 0 5M14.500 12.600c1.700.6 2.700 1.900 3 3.900',
  settings:
    'M3 6h8M15 6h2M3 14h2M9 14h8M13 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  code: 'M7 6 3 10l4 4M13 6l4 4-4 4',
  inbound: 'M15 5 6 14M6 7.500V14h6.500',
  outbound: 'M5 15 14 6M7.500 6H14v6.500',
  missed: 'm3.500 7 6 6L16.500 6M12.500 6h4v4',
  mail: 'M3 5.500h14v9.500H3zM3.500 6l6.500 5 6.500-5',
  mobile: 'M6.500 3h7v14h-7zM9 14.500h2',
  requests: 'M4 6.500h11.500M12.500 3.500l3 3-3 3M16 13.500H4.500M7.500 10.500l-3 3 3 3',
  note: 'M4.500 3.500h11v13h-11zM7.500 7.500h5M7.500 10.500h5M7.500 13.500h3',
  sound:
    'M4 8v4h2.500L10 15V5L6.500 8zM13 7.500a3.500 3.500 0 0 1 0 5M15 5.500a6.500 6.500 0 0 1 0 9',
  warning: 'M10 3.500 17.500 16.500h-15zM10 8v4M10 14.200v.3',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon that assistive programs pass over: the word beside it says the same. */
export function icon(name: IconName): Markup {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d="${trusted(PATHS[name])}"></path>
  </svg>`;
}
