/** Makes the pictures of docs/simulator.md: `node docs/pictures/simulator.mjs`, after a build. Everybody in them is rendered. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { renderClip, requestOf } from '../../packages/cli/dist/simulate.js';

const SEED = 11;
const CELL = { width: 150, height: 200 };
const ATTACKS = [
  ['live', 'print-flat', 'print-bent', 'cutout', 'cutout-worn', 'mask-lacquered'],
  ['phone-still', 'tablet-video', 'laptop-still', 'tablet-puppet', 'inject-warped', 'inject-tinted'],
].flat();

async function framesOf(scenario) {
  const request = requestOf(
    scenario,
    SEED,
    { mode: 'PassiveActive', light: true },
    { size: { width: 360, height: 480 }, screenShare: 0.2, ambient: 0.6, tone: 0.35 },
  );
  const { file, companion } = await renderClip(request);
  const { pages = 1 } = await sharp(file, { animated: true }).metadata();
  return Promise.all(
    Array.from({ length: pages }, async (_, page) => ({
      meta: companion.metadata.frames[page],
      cell: await sharp(file, { page }).resize(CELL).png().toBuffer(),
    })),
  );
}

async function write(name, cells, columns) {
  const rows = Math.ceil(cells.length / columns);
  await sharp({
    create: { width: columns * CELL.width, height: rows * CELL.height, channels: 3, background: 'white' },
  })
    .composite(
      cells.map((input, k) => ({
        input,
        left: (k % columns) * CELL.width,
        top: Math.floor(k / columns) * CELL.height,
      })),
    )
    .webp({ quality: 80 })
    .toFile(fileURLToPath(new URL(name, import.meta.url)));
}

const live = await framesOf('live');
const spread = Array.from({ length: 12 }, (_, k) => live[Math.floor(((k + 0.5) * live.length) / 12)].cell);
await write('simulator-live.webp', spread, 6);

const cells = [];
for (const scenario of ATTACKS) {
  const frames = await framesOf(scenario);
  cells.push((frames.find(({ meta }) => meta.stepId > 0) ?? frames[0]).cell);
}
await write('simulator-attacks.webp', cells, 6);
