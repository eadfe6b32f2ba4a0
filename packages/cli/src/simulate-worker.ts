import { Cast, type ClipRequest } from '@bonafide/simulator';
import { renderClip, type RenderedClip } from './simulate.js';

/** People and rooms of this thread's last clips. */
const cast = new Cast();

/** Renders one clip; run by the threads of {@link import('./simulate-pool.js').openSimulator}. */
export default function render(request: ClipRequest): Promise<RenderedClip> {
  return renderClip(request, cast);
}
