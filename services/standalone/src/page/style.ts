/** The page's style: light and dark by the reader's setting, down to the width of a phone. */
export const STYLE = `
:root { --paper: #fbfaf7; --ink: #1d2329; --soft: #5b6670; --rule: #d9d6cd; --card: #ffffff;
  --band: #2f7fb8; --battery: #1d2329; --truth: #13795b; --warning: #a85b00; --critical: #b3261e; --pin-ink: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181c; --ink: #e8eaec; --soft: #9aa5af; --rule: #343b42;
  --card: #1d2329; --band: #62b0e8; --battery: #e8eaec; --truth: #4fc79c; --warning: #f0a94a; --critical: #ff8a80; --pin-ink: #14181c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 3rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
p { margin: .4rem 0; max-width: 46rem; }
a { color: var(--band); }
.aside { color: var(--soft); font-size: .875rem; }
figure { margin: 1rem 0 0; overflow-x: auto; border: 1px solid var(--rule); border-radius: .6rem; background: var(--card); padding: .5rem; }
svg { display: block; width: 100%; min-width: 54rem; height: auto; font: 12px system-ui, sans-serif; }
.grid, .lane { stroke: var(--rule); stroke-width: 1; }
.place { stroke: var(--rule); stroke-dasharray: 2 4; }
.tick, .lane-name { fill: var(--soft); }
.reserve { stroke: var(--critical); stroke-width: 1; stroke-dasharray: 6 4; }
.reserve-name { fill: var(--critical); stroke: none; }
.band { fill: var(--band); fill-opacity: .22; stroke: var(--band); stroke-opacity: .4; }
.median { fill: none; stroke: var(--band); stroke-width: 2; }
.battery { fill: none; stroke: var(--battery); stroke-width: 2; stroke-linejoin: round; }
.truth { stroke: var(--truth); stroke-width: 1.5; stroke-dasharray: 3 4; }
.truth-dot { fill: var(--truth); stroke: var(--card); stroke-width: 2; }
.pin line { stroke-width: 1; stroke-opacity: .55; }
.pin text { fill: var(--pin-ink); font-weight: 600; }
.pin.warning line { stroke: var(--warning); } .pin.warning circle, .lane-own { fill: var(--warning); }
.pin.critical line { stroke: var(--critical); } .pin.critical circle { fill: var(--critical); }
.lane-other { fill: var(--soft); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1rem 0 0; font-size: .875rem; color: var(--soft); }
.key { display: inline-block; width: 1.6rem; height: .7rem; margin-right: .45rem; vertical-align: baseline; }
.key-battery { border-top: 3px solid var(--battery); height: 0; vertical-align: middle; }
.key-band { background: var(--band); opacity: .45; }
.key-truth { width: .7rem; border-radius: 50%; background: var(--truth); }
.key-pin { width: 1.2rem; height: 1.2rem; border-radius: 50%; background: var(--warning); color: var(--pin-ink); text-align: center; font: 600 .75rem/1.2rem system-ui, sans-serif; }
.warnings { list-style: none; counter-reset: warning; padding: 0; margin: 0; display: grid; gap: .8rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); }
.warnings li { counter-increment: warning; position: relative; background: var(--card); border: 1px solid var(--rule);
  border-left: .3rem solid var(--warning); border-radius: .6rem; padding: .6rem .9rem .6rem 3rem; }
.warnings li.critical { border-left-color: var(--critical); }
.warnings li::before { content: counter(warning); position: absolute; left: .8rem; top: .75rem; width: 1.5rem; height: 1.5rem;
  border-radius: 50%; background: var(--warning); color: var(--pin-ink); text-align: center; font: 600 .85rem/1.5rem system-ui, sans-serif; }
.warnings li.critical::before { background: var(--critical); }
.quiet { border: 1px dashed var(--rule); border-radius: .6rem; padding: .8rem 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 58rem; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--rule); }
thead th { color: var(--soft); font-weight: 500; }
td span, th span { display: block; color: var(--soft); font-weight: 400; font-size: .8rem; }
td.yes { color: var(--truth); font-weight: 600; }
.happened { padding-left: 1.2rem; } .happened span { color: var(--soft); }
details { border-bottom: 1px solid var(--rule); padding: .5rem 0; } summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .8rem 1rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; color: var(--soft); font-size: .875rem; }
:focus-visible { outline: 2px solid var(--band); outline-offset: 2px; }
`;
