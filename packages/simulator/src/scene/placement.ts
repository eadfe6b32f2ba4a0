/** A rigid placement: x' = rotation * (x - pivot) + position. Lengths in cm. */
export interface Placement {
  /** Row by row. */
  rotation: readonly [number, number, number, number, number, number, number, number, number];
  pivot: readonly [number, number, number];
  position: readonly [number, number, number];
}

const RADIANS = Math.PI / 180;

/**
 * The rotation of a head: yaw > 0 turns it to the subject's own left (right in the picture), pitch > 0 up, roll > 0 tilts it
 * to the subject's left; degrees. Rolled last.
 */
export function rotationOf(yawDeg: number, pitchDeg: number, rollDeg: number): Placement['rotation'] {
  const [cy, sy] = [Math.cos(yawDeg * RADIANS), Math.sin(yawDeg * RADIANS)];
  const [cp, sp] = [Math.cos(pitchDeg * RADIANS), Math.sin(pitchDeg * RADIANS)];
  const [cr, sr] = [Math.cos(rollDeg * RADIANS), Math.sin(rollDeg * RADIANS)];
  const yaw = [cy, 0, sy, 0, 1, 0, -sy, 0, cy] as const;
  const pitch = [1, 0, 0, 0, cp, sp, 0, -sp, cp] as const;
  const roll = [cr, sr, 0, -sr, cr, 0, 0, 0, 1] as const;
  return times(roll, times(yaw, pitch));
}

function times(a: Placement['rotation'], b: Placement['rotation']): Placement['rotation'] {
  const cell = (row: 0 | 3 | 6, column: 0 | 1 | 2) =>
    a[row] * b[column] + (a[row + 1] ?? 0) * (b[column + 3] ?? 0) + (a[row + 2] ?? 0) * (b[column + 6] ?? 0);
  return [
    cell(0, 0),
    cell(0, 1),
    cell(0, 2),
    cell(3, 0),
    cell(3, 1),
    cell(3, 2),
    cell(6, 0),
    cell(6, 1),
    cell(6, 2),
  ];
}
