/** The icon of the browser's tab. */
export const ICON_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">
<rect width="28" height="28" rx="7" fill="#0f6b6b"/>
<g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round">
<circle cx="10.500" cy="12" r="3.500"/>
<path d="M4.500 21.500c.7-3.400 3-5 6-5s5.300 1.600 6 5M17.500 8.500c2.600.4 4.400 2.200 4.800 4.800M18 5.300c4 .6 6.900 3.500 7.500 7.500"/>
</g>
</svg>
`;
