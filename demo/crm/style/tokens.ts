/** The design tokens: colours that mean something, spacing, type. Light and dark follow the system. */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --panel: light-dark(#f6f7f9, #1b1f26);
  --sunk: light-dark(#eef0f3, #101317);
  --text: light-dark(#1a202b, #e7eaef);
  --muted: light-dark(#566070, #a2acba);
  --line: light-dark(#d5dae1, #333a45);
  --control: light-dark(#7a8594, #7d8898);
  --accent: light-dark(#0f6b6b, #6fcfc7);
  --accent-tint: light-dark(#e2f2f1, #12302f);
  --on-accent: light-dark(#ffffff, #08201f);
  --done: light-dark(#17703a, #6fcf8e);
  --done-tint: light-dark(#e6f4ea, #16301f);
  --live: light-dark(#1f5fbf, #79aef5);
  --live-tint: light-dark(#e7effb, #172a45);
  --wait: light-dark(#8a5200, #f0b45a);
  --wait-tint: light-dark(#fdf1dd, #35270f);
  --bad: light-dark(#b3261e, #ff8f86);
  --bad-tint: light-dark(#fdeceb, #3d1a18);
  --violet: light-dark(#6b3fa0, #c7a4f0);
  --violet-tint: light-dark(#f2ebfa, #2c1f40);
  --space-1: 4px;
  --space-2: 8px;
  --space-3: 12px;
  --space-4: 16px;
  --space-5: 24px;
  --space-6: 32px;
  --radius: 6px;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  --mono: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace;
}
`;
