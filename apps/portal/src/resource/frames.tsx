import { Figure } from '../parts/plot.js';
import type { Frame } from './analysis.js';

type Face = NonNullable<Frame['face']>;

/** Where the face was in each frame, from the first (pale) to the last (dark), and how it was turned. */
export function Frames({ frames }: { frames: readonly Frame[] }) {
  const seen = frames.filter((frame): frame is Frame & { face: Face } => frame.face !== null);
  const first = frames[0];
  if (!first) return null;
  const unusable = frames.filter(({ usable }) => !usable).length;
  const reasons = [...new Set(frames.flatMap(({ failed }) => failed))].join(', ');
  const lost = unusable > 0 && ` ${unusable} could not be used: ${reasons}.`;
  if (seen.length === 0)
    return (
      <p>
        No face was found in {frames.length} frames.{lost}
      </p>
    );
  const courses = seen.flatMap(({ timeMs, face }) => [
    { at: timeMs / 1000, of: 'yaw, degrees', value: face.yawDeg },
    { at: timeMs / 1000, of: 'pitch, degrees', value: face.pitchDeg },
  ]);
  return (
    <div class="frames">
      <figure>
        <figcaption>
          The face in {seen.length} of {frames.length} frames, from the first (pale) to the last (dark).
          {lost}
        </figcaption>
        <svg viewBox={`0 0 ${first.width} ${first.height}`} aria-hidden="true" class="boxes">
          {seen.map(({ face: { rectangle }, usable, timeMs }, k) => (
            <rect
              key={timeMs}
              x={rectangle.left}
              y={rectangle.top}
              width={rectangle.width}
              height={rectangle.height}
              class={usable ? 'usable' : 'unusable'}
              opacity={0.15 + (0.85 * (k + 1)) / seen.length}
            />
          ))}
        </svg>
      </figure>
      <Figure
        caption="How the head was turned: to a side (yaw), and up or down (pitch)."
        draw={(plot) => ({
          x: { label: 's', nice: true },
          y: { label: 'degrees', grid: true, nice: true },
          color: { legend: true, scheme: 'Dark2' },
          marks: [
            plot.ruleY([0]),
            plot.lineY(courses, { x: 'at', y: 'value', stroke: 'of', z: 'of', marker: 'dot' }),
          ],
        })}
      />
    </div>
  );
}
