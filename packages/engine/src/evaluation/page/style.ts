/** The style sheet of a report page: light and dark by the reader's setting, one column on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #59626d; --line: #b6bec8; --grid: #e7eaee;
  --bona: #2668b0; --attack: #c4501b; --unsure: #b9a24a; --none: #9aa3ad; --warn-bg: #fff3d6; --warn-ink: #6b4a00;
  --c1: #c4501b; --c2: #2668b0; --c3: #21806a; --c4: #8a4fb0; --c5: #a07a00; --c6: #b8336a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1d2127; --ink: #e8eaed; --soft: #a3adb8; --line: #59626d; --grid: #2d333b;
    --bona: #6ea8e5; --attack: #ef8652; --unsure: #cdb968; --none: #6d7681; --warn-bg: #3a2e10; --warn-ink: #ffdf9a;
    --c1: #ef8652; --c2: #6ea8e5; --c3: #5cc4a8; --c4: #c296e6; --c5: #dcb84a; --c6: #f083b0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 21px; margin: 40px 0 4px; }
h3 { font-size: 15px; margin: 0 0 2px; }
p { margin: 4px 0 12px; max-width: 75ch; }
.soft, figcaption { color: var(--soft); font-size: 13px; }
.statement { border-left: 3px solid var(--line); padding: 2px 0 2px 12px; color: var(--soft); font-size: 13px; }
.mark { display: inline-block; background: var(--warn-bg); color: var(--warn-ink); border-radius: 4px; padding: 1px 8px; font-size: 13px; font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 16px 0; }
.tile, .card { background: var(--card); border-radius: 8px; padding: 14px 16px; }
.tile .value { font-size: 26px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile .value.attack { color: var(--attack); } .tile .value.bona { color: var(--bona); }
.tile .name { font-size: 13px; font-weight: 600; }
.tile .note { font-size: 12px; line-height: 1.4; color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 12px; }
.card { margin: 0 0 12px; min-width: 0; } .plots .card { margin: 0; }
.card svg { display: block; width: 100%; max-width: 440px; height: auto; margin: 8px auto 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--grid); white-space: nowrap; }
thead th { color: var(--soft); font-weight: 500; font-size: 12px; vertical-align: bottom; }
tbody th { font-weight: 400; } th[rowspan] { vertical-align: top; }
th:first-child, td:first-child, .left { text-align: left; } td.wrap { white-space: normal; min-width: 16ch; }
tbody tr:last-child > *, th[rowspan] { border-bottom: 0; }
td small { color: var(--soft); font-size: 12px; }
tr.group > * { border-top: 2px solid var(--grid); }
.bar { display: flex; height: 14px; min-width: 140px; border-radius: 3px; overflow: hidden; background: var(--grid); }
.bar i { display: block; height: 100%; }
.key { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--soft); margin: 8px 0 0; }
.key i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
.realface { background: var(--bona); } .uncertain { background: var(--unsure); }
.spoofface { background: var(--attack); } .noResponse { background: var(--none); }
dl { display: grid; grid-template-columns: minmax(9ch, max-content) 1fr; gap: 4px 16px; margin: 8px 0 0; font-size: 14px; }
dt { font-weight: 600; } dd { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.better { color: var(--c3); } .worse { color: var(--attack); }
@media (max-width: 520px) {
  main { padding: 16px 12px 48px; } h1 { font-size: 22px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; } .tile, .card { padding: 12px; } .tile .value { font-size: 21px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  th, td { padding: 5px 7px; } .bar { min-width: 90px; }
}
@media print { body { background: #fff; } .card, .tile { break-inside: avoid; } }
`;
