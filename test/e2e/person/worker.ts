/** Draws a simulated person, away from the page's own thread. */
import { createPerson, createRoom, Renderer, toBytes, type PersonState } from '@bonafide/simulator';

/** One picture to draw. */
export interface DrawRequest {
  state: PersonState;
  /** Linear light of the screen on the face, 1 = white paper in full exposure. */
  screen: readonly [number, number, number];
}

/** Who stands before which camera. */
export interface PersonOptions {
  seed: number;
  width: number;
  height: number;
}

const scope = self as unknown as {
  postMessage(answer: ImageData | 'ready', transfer?: Transferable[]): void;
  onmessage: ((event: { data: PersonOptions | DrawRequest }) => void) | null;
};
const AMBIENT = [0.5, 0.48, 0.45] as const;

let draw: ((request: DrawRequest) => ImageData) | null = null;

scope.onmessage = ({ data }) => {
  if ('seed' in data) {
    const { seed, ...size } = data;
    const scene = { person: createPerson(seed), room: createRoom(seed) };
    const renderer = new Renderer(size);
    draw = ({ state, screen }) =>
      new ImageData(
        toBytes(renderer.render(scene, state, { ambient: AMBIENT, screen }), 4),
        size.width,
        size.height,
      );
    scope.postMessage('ready');
    return;
  }
  const picture = draw?.(data);
  if (picture) scope.postMessage(picture, [picture.data.buffer]);
};
