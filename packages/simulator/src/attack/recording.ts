import { Camera, drawCamera } from '../camera/camera.js';
import { Renderer, type PersonState, type Scene, type Size } from '../render-person.js';
import type { LightColours } from '../scene/shade.js';
import type { Texture } from '../scene/surface.js';
import { show } from './photograph.js';

/** A video of a person, as another camera took it; only what is asked for is rendered. */
export class Recording {
  /** The frame that was asked for last. */
  readonly picture: Texture;
  readonly #renderer: Renderer;
  readonly #camera: Camera;

  constructor(
    readonly scene: Scene,
    seed: number,
    size: Size,
  ) {
    this.picture = { ...size, texels: new Float32Array(4 * size.width * size.height) };
    this.#renderer = new Renderer(size);
    this.#camera = new Camera(drawCamera(seed ^ 0x2545f491, 0.7), size, seed);
  }

  /** Has the recording show the person like this. */
  play(state: PersonState, atMs: number, screen: LightColours['screen'] = [0, 0, 0]): void {
    const light = this.#renderer.render(this.scene, state, { ambient: [0.7, 0.7, 0.7], screen });
    show(this.#camera.take(light, atMs), this.picture);
  }
}
