import { BASE } from './base.ts';
import { CONTROLS } from './controls.ts';
import { PARTS } from './parts.ts';
import { TOKENS } from './tokens.ts';

/** The one stylesheet of all pages. */
export const STYLE = [TOKENS, BASE, PARTS, CONTROLS].join('');
