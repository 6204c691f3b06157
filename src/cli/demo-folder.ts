/** Where `serve --demo` keeps its data unless told otherwise. */
export const DEMO_FOLDER = './data/demo';
