/** Colours, type and base of every page that the server itself shows; light and dark. */
export const LOOK = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --panel: light-dark(#f6f7f9, #1b1f26);
  --sunk: light-dark(#eef0f3, #101317);
  --text: light-dark(#1a202b, #e7eaef);
  --muted: light-dark(#566070, #a2acba);
  --line: light-dark(#d5dae1, #333a45);
  --accent: light-dark(#1f5fbf, #79aef5);
  --accent-tint: light-dark(#e7effb, #172a45);
  --done: light-dark(#17703a, #6fcf8e);
  --done-tint: light-dark(#e6f4ea, #16301f);
  --waits: light-dark(#8a5200, #f0b45a);
  --waits-tint: light-dark(#fdf1dd, #35270f);
  --refused: light-dark(#b3261e, #ff8f86);
  --refused-tint: light-dark(#fdeceb, #3d1a18);
  --code: 13px/20px ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
}
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 14px/20px system-ui, sans-serif; text-size-adjust: 100%;
}
h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 0 0 8px; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 0 0 8px; }
p { margin: 0 0 12px; max-width: 70ch; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code, pre { font: var(--code); }
:not(pre) > code { overflow-wrap: anywhere; }
`;
