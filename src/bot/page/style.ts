/** How the page looks, light and dark. It stands in the page itself: one request less, and nothing from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#eef2f6, #0d1117);
  --surface: light-dark(#ffffff, #171c24);
  --line: light-dark(#cfd8e2, #2f3945);
  --text: light-dark(#141a22, #e8edf3);
  --quiet: light-dark(#4c5866, #a3afbd);
  --accent: light-dark(#14599f, #6cb0ff);
  --on-accent: light-dark(#ffffff, #06182c);
  --mono: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1.5rem; padding-top: 1.25rem; }
footer { padding-bottom: 2rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
a { color: var(--accent); }
a, summary { padding: .2rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code { font-family: var(--mono); font-size: .88em; overflow-wrap: anywhere; user-select: all; }
pre { margin: .5rem 0; padding: .7rem .9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }
.lead { font-size: 1.05rem; max-width: 46rem; }
.quiet { color: var(--quiet); }
.packages { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: .8rem; }
.package, .note { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; }
.note { margin: 1rem 0; border-left: 6px solid var(--accent); }
.note code { font-size: 1.1rem; }
.package p { font-size: .9rem; }
.button { display: block; margin: .7rem 0; padding: .75rem 1rem; border: 2px solid var(--accent); border-radius: 10px; text-align: center; text-decoration: none; font-weight: 600; color: var(--accent); }
.yours .button { background: var(--accent); color: var(--on-accent); font-size: 1.1rem; }
.button:hover { text-decoration: underline; }
.steps { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1rem; }
.steps img { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 10px; }
details { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: .5rem 1rem; margin: .5rem 0; }
summary { cursor: pointer; font-weight: 600; }
`;
