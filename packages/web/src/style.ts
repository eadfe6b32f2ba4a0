/** The element's own styles. Colours come from custom properties, so that a page can bring its own. */
export const STYLES = `
:host {
  --bonafide-surface: #fff;
  --bonafide-text: #16181d;
  --bonafide-accent: #0b57d0;
  --bonafide-on-accent: #fff;
  --bonafide-ring: #0b57d0;
  --bonafide-done: #146c2e;
  --bonafide-font-family: system-ui, sans-serif;
  --bonafide-font-size: 1rem;
  display: contents;
  /* Boxes, bars and the list of cameras are drawn by the browser: dark where the rest is. */
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --bonafide-surface: #16181d;
    --bonafide-text: #f3f4f6;
    --bonafide-accent: #a8c7fa;
    --bonafide-on-accent: #062e6f;
    --bonafide-ring: #a8c7fa;
    --bonafide-done: #8fdaa3;
  }
}
* { box-sizing: border-box; }
dialog {
  position: fixed; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none;
  margin: 0; border: 0; padding: 0; overflow: hidden;
  background: var(--bonafide-surface); color: var(--bonafide-text);
  font-family: var(--bonafide-font-family); font-size: var(--bonafide-font-size); line-height: 1.4;
}
/* Lines break between words, and leave no single character behind, also where words have no spaces between them. */
dialog:lang(ko) { word-break: keep-all; }
dialog:lang(ja) { word-break: auto-phrase; }
p { text-wrap: pretty; }
dialog::backdrop { background: var(--bonafide-surface); }
.page {
  display: flex; flex-direction: column; height: 100%; min-height: 0;
  padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
}
/* As high without its button as with it, so that the title stays where it is. */
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; min-height: calc(44px + 1rem); padding-block: .5rem; padding-inline: 1rem .75rem; }
/* Where title and button find no room side by side, the button goes below. */
h2 { flex: 1 1 6em; min-width: 0; margin: 0; font-size: 1.25em; font-weight: 600; overflow-wrap: anywhere; hyphens: auto; }
/* It takes the focus for screen readers; nothing can be done with it. */
h2:focus { outline: none; }
button, select {
  min-height: 44px; min-width: 44px; border-radius: .5rem; padding: .5rem 1rem;
  max-width: 100%; overflow-wrap: anywhere;
  border: 1px solid currentColor; background: transparent; color: inherit; font: inherit; cursor: pointer;
}
button:focus-visible, select:focus-visible, input:focus-visible {
  outline: 3px solid var(--bonafide-ring); outline-offset: 2px;
}
button.primary { background: var(--bonafide-accent); border-color: var(--bonafide-accent); color: var(--bonafide-on-accent); font-weight: 600; }
.stage { position: relative; flex: 1; min-height: 0; overflow: hidden; background: inherit; }
video { position: absolute; transform: scaleX(-1); object-fit: fill; }
svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.mask { fill: var(--bonafide-light, var(--bonafide-surface)); fill-opacity: .72; fill-rule: evenodd; forced-color-adjust: none; }
[data-phase="challenge"] .mask { fill-opacity: 1; }
.oval, .progress { fill: none; stroke-width: 4; }
.oval { stroke: var(--bonafide-text); stroke-dasharray: 6 6; }
.progress { stroke: var(--bonafide-ring); stroke-width: 8; stroke-linecap: round; }
/* The edge makes it stand out from skin and hair of every shade. */
.arrow {
  fill: none; stroke: var(--bonafide-ring); stroke-width: 8; stroke-linecap: round; stroke-linejoin: round;
  filter: drop-shadow(0 0 1px var(--bonafide-surface)) drop-shadow(0 0 2px var(--bonafide-surface));
}
.hint {
  margin: 0; padding: .75rem 1rem; min-height: 4em; display: grid; place-items: center; text-align: center; text-wrap: balance;
  font-size: 1.375em; font-weight: 600; background: var(--bonafide-surface); overflow-wrap: anywhere;
}
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: center; padding: 0 1rem .75rem; background: var(--bonafide-surface); }
.tools label { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; max-width: 100%; }
.tools select { max-width: 100%; text-overflow: ellipsis; }
option { background: var(--bonafide-surface); color: var(--bonafide-text); }
.panel {
  flex: 1; min-height: 0; overflow: auto; padding: 1rem 1.25rem 1.5rem; width: 100%; max-width: 34rem; margin: 0 auto;
  display: flex; flex-direction: column; gap: 1rem; justify-content: safe center;
}
.panel p { margin: 0; overflow-wrap: anywhere; hyphens: auto; }
[data-phase="uploading"] .panel, [data-phase="done"] .panel { text-align: center; }
.panel .buttons { display: flex; flex-direction: column; gap: .75rem; }
.check { display: flex; gap: .75rem; align-items: center; min-height: 44px; cursor: pointer; }
.check input { width: 24px; height: 24px; flex: none; margin: 0; accent-color: var(--bonafide-accent); }
.warning { border-inline-start: 4px solid var(--bonafide-ring); padding-inline-start: .75rem; }
.mark { width: 4rem; height: 4rem; position: static; align-self: center; fill: none; stroke: var(--bonafide-done); stroke-width: 6; stroke-linecap: round; stroke-linejoin: round; }
progress { width: 100%; height: .75rem; accent-color: var(--bonafide-accent); }
[hidden] { display: none !important; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-height: 420px) and (orientation: landscape) {
  .page { display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 2fr) minmax(0, 1fr); }
  header { grid-column: 1 / -1; min-height: calc(44px + .5rem); padding-block: .25rem; }
  .stage { grid-area: 2 / 1; }
  .hint { grid-area: 2 / 2; }
  .tools { grid-column: 1 / -1; }
  .panel { grid-area: 2 / 1 / 3 / 3; }
}
/* Zoomed in on a phone: the face needs the room more than the title, which screen readers still meet. */
@media (max-height: 420px) and (orientation: portrait) {
  header { min-height: 0; padding-block: .25rem; }
  h2 { font-size: 1.1em; }
  .stage { min-height: 35%; }
  .hint { font-size: 1.125em; line-height: 1.2; min-height: 2.8em; padding: .25rem .5rem; flex-shrink: 1; overflow: auto; }
  .tools { padding-bottom: .25rem; }
  .panel { padding-block: .5rem; justify-content: flex-start; }
  :is([data-phase="preparing"], [data-phase="starting"], [data-phase="challenge"]) h2, .tools span {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
}
@media (forced-colors: active) {
  button.primary { background: ButtonFace; border-color: ButtonText; color: ButtonText; }
  .oval { stroke: CanvasText; }
  .progress, .arrow { stroke: Highlight; }
  .mark { stroke: CanvasText; }
  .mask { fill: var(--bonafide-light, Canvas); }
}
`;
