import type { TakenFrame } from '../clip/timing.js';
import type { ClipOptions, ClipSession, Picture, Setting } from '../setting.js';
import type { Stage } from '../stage.js';
import type { Subject } from '../subject.js';

/** A way to fill a clip, with the names that reports use for it. */
export interface Scenario {
  name: string;
  label: 'bonafide' | 'attack';
  /** Species of the attack instrument; empty for bona fide. */
  species: string;
  description: string;
  /** What differs from the ordinary setting. */
  setting?(options: ClipOptions, seed: number): Partial<Setting>;
  /** Sets up what stands before the camera. */
  present(stage: Stage): Subject;
  /** Which of the camera's pictures frame k is a copy of; only those are taken. Each frame its own when left out. */
  copies?(k: number): number;
  /** Changes what came from the camera before it is encoded, as an injection does. */
  alter?(pictures: Picture[], frames: readonly TakenFrame[], stage: Stage): Picture[];
  /** A virtual camera, which hands frames over at even times, in place of a real one. */
  virtualCamera?: boolean;
  /** The pictures were JPEG files of this quality before the client encoded them. */
  jpegQuality?: number;
  /** A capture that was made for another session, or was changed after it was made. */
  payload?: {
    /** The challenge that was played: that of the earlier session instead of this one's. */
    played?: 'earlier';
    /** The session that the capture was made for. */
    claims?(session: ClipSession, earlier: ClipSession): ClipSession;
    /** Changes the frames' data after the chain was computed. */
    damage?(data: Uint8Array[]): Uint8Array[];
  };
}

/** An attack whose species is its name. */
export function attack(
  name: string,
  description: string,
  present: Scenario['present'],
  more: Partial<Scenario> = {},
): Scenario {
  return { name, label: 'attack', species: name, description, present, ...more };
}
