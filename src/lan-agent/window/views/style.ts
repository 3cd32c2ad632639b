/** The look of the window: one column where it is narrow, two where there is room; light or dark as the system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#e9edf2, #0d1117);
  --surface: light-dark(#ffffff, #171c24);
  --line: light-dark(#c9d1db, #39424f);
  --text: light-dark(#141a22, #e8edf3);
  --quiet: light-dark(#566171, #9ba7b6);
  --accent: light-dark(#1560b8, #62abff);
  --on-accent: light-dark(#ffffff, #06182c);
  --good: light-dark(#126836, #55cb87);
  --bad: light-dark(#a3211a, #ff8f85);
  --ask: light-dark(#7a4a00, #ffc35c);
  --wash: light-dark(#f3f6f9, #1f2630);
  font: 17px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.6rem; line-height: 1.2; text-wrap: balance; }
h1:focus { outline: none; }
h2 { font-size: 1.15rem; }
h3 { font-size: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; padding: .6rem 1rem; background: var(--surface); border-bottom: 1px solid var(--line); }
header .name { font-weight: 700; }
#line { flex: 1 1 14rem; color: var(--quiet); overflow-wrap: anywhere; }
header .line::before { content: "●"; margin-right: .4rem; }
header .connected::before { color: var(--good); }
header .away::before, header .ended::before { color: var(--bad); }
main { display: grid; gap: 1rem; max-width: 76rem; margin: 0 auto; padding: 1rem; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem 1.25rem; min-width: 0; }
section > * + *, section form > * + *, .question > * + *, .outcome > * + *, .trouble > * + *, li > * + *, .hints > * + *, details > * + * { margin-top: .6rem; }
@media (min-width: 60rem) {
  main { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); align-items: start; }
}
.column { display: grid; gap: 1rem; align-content: start; min-width: 0; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; }
.row > form { margin: 0; }
button { font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--line); border-radius: 10px; padding: .6rem 1.1rem; min-height: 2.75rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 650; }
button.small { padding: .25rem .8rem; min-height: 2.25rem; font-size: .95rem; }
button.plain { background: none; border: 0; color: var(--accent); padding: .2rem .4rem; min-height: 0; text-decoration: underline; }
.show { display: none; }
.live .show { display: block; touch-action: none; user-select: none; }
.show[aria-pressed=true] { background: var(--ask); color: var(--surface); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
label { display: block; font-weight: 650; }
label.tick { display: flex; gap: .6rem; align-items: baseline; font-weight: 500; }
input { font: inherit; color: inherit; background: var(--surface); border: 2px solid var(--quiet); border-radius: 10px; padding: .6rem .8rem; width: 100%; }
input[type=checkbox] { width: 1.2rem; height: 1.2rem; flex: none; accent-color: var(--accent); }
input.code { font-size: 1.5rem; letter-spacing: .12em; text-transform: uppercase; font-family: ui-monospace, "Cascadia Mono", Consolas, monospace; max-width: 22rem; }
.field { display: flex; flex-wrap: wrap; gap: .6rem; }
.field input { flex: 1 1 14rem; width: auto; min-width: 0; }
.number { font: 700 clamp(2.6rem, 12vw, 4rem)/1.1 ui-monospace, "Cascadia Mono", Consolas, monospace; letter-spacing: .06em; color: var(--accent); }
.hint { color: var(--quiet); font-size: .92rem; }
.notice, .note { border-left: 4px solid var(--ask); padding-left: .7rem; }
.note { font-size: .95rem; }
.bad { border-left: 4px solid var(--bad); padding-left: .7rem; }
.good { border-left: 4px solid var(--good); padding-left: .7rem; }
.wait { border-left: 4px solid var(--ask); padding-left: .7rem; }
.outcome > .good, .outcome > .bad, .outcome > .wait { font-weight: 650; }
.want { background: var(--wash); border-radius: 10px; padding: .7rem .9rem; font-weight: 650; }
.busy::before { content: ""; display: inline-block; width: .9em; height: .9em; margin-right: .5em; vertical-align: -.1em; border: .15em solid var(--line); border-top-color: var(--accent); border-radius: 50%; animation: turn 1s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion: reduce) { .busy::before { animation: none; } }
.steps { counter-reset: step; display: grid; gap: .35rem; }
.steps li { counter-increment: step; display: flex; gap: .7rem; align-items: center; color: var(--quiet); margin: 0; }
.steps li::before { content: counter(step); flex: none; width: 1.8rem; height: 1.8rem; line-height: 1.6rem; text-align: center; border: 2px solid var(--line); border-radius: 50%; font-weight: 650; }
.steps .done { color: var(--text); }
.steps .done::before { content: "✓"; border-color: var(--good); color: var(--good); }
.steps .now { color: var(--text); font-weight: 650; }
.steps .now::before { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.steps .failed { color: var(--text); }
.steps .failed::before { content: "✕"; border-color: var(--bad); color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: .3rem 1.5rem; }
dl div { display: grid; grid-template-columns: minmax(6rem, 2fr) 3fr; gap: .8rem; }
dt { color: var(--quiet); } dd { font-weight: 600; overflow-wrap: anywhere; }
.hints { font-size: .95rem; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .6rem 0; }
.devices, .findings, .history, .cures { display: grid; gap: .7rem; }
.devices li, .findings li, .history li { border-top: 1px solid var(--line); padding-top: .7rem; overflow-wrap: anywhere; }
.devices li > * + *, .history li > * + * { margin-top: .25rem; }
.devices .row { margin-top: .5rem; }
.cures li { padding-left: 1.2rem; position: relative; }
.cures li::before { content: "•"; position: absolute; left: .2rem; }
.plain li { margin: .3rem 0; overflow-wrap: anywhere; }
.tag { display: inline-block; border: 1px solid currentcolor; border-radius: 999px; padding: 0 .6rem; font-size: .88rem; color: var(--quiet); }
.tag.bound { color: var(--ask); } .tag.not-bound { color: var(--good); }
details > summary { cursor: pointer; color: var(--accent); padding: .3rem 0; }
pre { margin: .4rem 0 0; padding: .5rem .7rem; background: var(--wash); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; font: .88rem/1.4 ui-monospace, "Cascadia Mono", Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
.alerts { grid-column: 1 / -1; }
.alerts:not(:has(p:not([hidden]))) { display: none; }
.alerts p { background: var(--surface); border: 2px solid var(--ask); border-radius: 10px; padding: .7rem .9rem; overflow-wrap: anywhere; }
.alerts p + p, .alerts p + div > p { margin-top: .6rem; }
.alerts p.gone { border-color: var(--bad); font-weight: 650; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none; }
`;
