export { createPerson, FACE_WIDTH_CM, type Person } from './person/person.js';
export type { Genes } from './person/genes.js';
export { Cast } from './cast.js';
export { toBytes } from './colour.js';
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
export { Camera, drawCamera, type CameraModel } from './camera/camera.js';
export { playScript, type Script } from './clip/script.js';
export { resignClip } from './clip/resign-clip.js';
export { screenOnFace, simulateClip, type ClipRequest } from './clip/simulate-clip.js';
export type { ClipOptions, ClipSession, Codecs, Picture } from './setting.js';
export { SCENARIOS, findScenario, type Scenario } from './scenarios/index.js';
