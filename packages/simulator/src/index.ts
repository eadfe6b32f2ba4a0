export { createPerson, FACE_WIDTH_CM, type Person } from './person/person.js';
export type { Genes } from './person/genes.js';
export { createRoom, type Room } from './scene/room.js';
export type { LightColours } from './scene/shade.js';
export {
  AT_REST,
  OFFICE_LIGHT,
  renderPerson,
  Renderer,
  type PersonState,
  type Scene,
  type Size,
} from './render-person.js';
