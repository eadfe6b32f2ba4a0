import type { Place } from './guide.js';

/** Width and height, px. */
export interface Size {
  width: number;
  height: number;
}

/** Where the video lies in the stage, and how frame coordinates become stage coordinates. The view alone mirrors. */
export interface StageLayout {
  video: { left: number; top: number; width: number; height: number };
  /** The ellipse of a face's place, px of the stage. */
  ellipse(place: Place): { x: number; y: number; radiusX: number; radiusY: number };
}

/** Height of a face over its width. */
const FACE_ASPECT = 1.32;
/** Challenges put faces of up to this width (shorter sides of the frame) ... */
const WIDEST_FACE = 0.62;
/** ... so far from the middle of the frame. */
const FARTHEST = { x: 0.08, y: 0.06 };

/** Lays the video out: it fills the stage as far as every possible oval stays in view. */
export function layStage(stage: Size, frame: Size): StageLayout {
  const shorter = Math.min(frame.width, frame.height);
  const needed = {
    width: 2 * FARTHEST.x * frame.width + WIDEST_FACE * shorter,
    height: 2 * FARTHEST.y * frame.height + WIDEST_FACE * FACE_ASPECT * shorter,
  };
  const cover = Math.max(stage.width / frame.width, stage.height / frame.height);
  const fits = Math.min(stage.width / needed.width, stage.height / needed.height);
  const scale = Math.min(cover, fits);
  const width = frame.width * scale;
  const height = frame.height * scale;
  const left = (stage.width - width) / 2;
  const top = (stage.height - height) / 2;
  return {
    video: { left, top, width, height },
    ellipse: ({ centreX, centreY, width: faceWidth }) => ({
      x: left + (1 - centreX) * width,
      y: top + centreY * height,
      radiusX: (faceWidth * shorter * scale) / 2,
      radiusY: (FACE_ASPECT * faceWidth * shorter * scale) / 2,
    }),
  };
}
