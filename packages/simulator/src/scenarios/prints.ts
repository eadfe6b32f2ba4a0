import { createSheet, type SheetForm } from '../attack/sheet.js';
import { thumbs } from '../attack/hand.js';
import { holdByHand, type FaceOnSheet } from '../attack/hold.js';
import { photograph, portraitFor, type Photograph } from '../attack/photograph.js';
import { drawPrinter, printLook } from '../attack/print.js';
import { smoothNoise } from '../noise.js';
import { EYE, MOUTH } from '../person/head-shape.js';
import { FACE_WIDTH_CM } from '../person/person.js';
import { between, normal, oneOf, randomOf } from '../random.js';
import {
  AT_REST,
  pixelOfHeadPoint,
  placementOfHead,
  propOfRoom,
  propsOfPerson,
  type PersonState,
} from '../render-person.js';
import type { Surface } from '../scene/surface.js';
import { attackerOf, elsewhere, roomOf, type Stage } from '../stage.js';
import type { Subject } from '../subject.js';
import { attack, type Scenario } from './scenario.js';

/** Widths of the sheets that people print on at home, cm: A4, half of it, and photographs. */
const WIDTHS = [21, 14.8, 13, 10] as const;

interface Print {
  sheet: Surface;
  form: SheetForm;
  face: FaceOnSheet;
  photo: Photograph;
  /** The print's place (u, v) of a point of the pictured head. */
  placeOf(point: readonly [number, number, number]): [u: number, v: number];
}

function makePrint(
  stage: Stage,
  {
    glossy,
    bent,
    widthCm: asked,
  }: { glossy: boolean; bent: boolean; widthCm?: (photo: Photograph) => number },
): Print {
  const { seed, size } = stage.setting;
  const random = randomOf(seed, 'print');
  const state: PersonState = {
    ...AT_REST,
    faceWidth: between(random, 0.42, 0.56),
    faceCentreY: between(random, 0.44, 0.52),
    yawDeg: 2 * normal(random),
    pitchDeg: 2 * normal(random),
    smile: random() < 0.4 ? between(random, 0, 0.5) : 0,
  };
  const picture = portraitFor(size);
  const photo = photograph(elsewhere(stage), state, seed, picture);
  const printer = drawPrinter(seed, { glossy });
  const drawnWidth = oneOf(random, WIDTHS);
  const inner = 1 - 2 * printer.border;
  const widthCm = asked ? asked(photo) / inner : drawnWidth;
  const form: SheetForm = {
    widthCm,
    heightCm: (widthCm * picture.height) / picture.width,
    ...(bent && { bend: { radiusCm: widthCm * between(random, 0.55, 1.2), axisDeg: 15 * normal(random) } }),
  };
  const placeOf = (point: readonly [number, number, number]): [number, number] => {
    const [x, y] = pixelOfHeadPoint(point, state, picture);
    return [printer.border + (inner * x) / picture.width, printer.border + (inner * y) / picture.height];
  };
  const face = {
    x: inner * (state.faceCentreX - 0.5) * widthCm,
    y: inner * (0.5 - state.faceCentreY) * form.heightCm,
    widthCm: inner * state.faceWidth * widthCm,
  };
  const sheet = createSheet(form, printLook(photo.picture, printer, widthCm, seed));
  return { sheet, form, face, photo, placeOf };
}

/**
 * A print that hands hold before the camera and move as the challenge asks.
 * @param stick held by a stick from below instead, so that no finger is in view
 */
function heldPrint(stage: Stage, { sheet, form, face }: Print, { stick = false } = {}): Subject {
  const { seed, size } = stage.setting;
  const hold = holdByHand(seed);
  const fingers = stick ? () => [] : thumbs(attackerOf(stage).genes.skin, seed, form);
  const room = roomOf(stage);
  return {
    draw(renderer, { state, timeMs, light, shear }) {
      const placement = hold(state, timeMs, size, face);
      const props = [{ surface: sheet, placement, shear }, ...fingers(placement), propOfRoom(room, state)];
      return renderer.draw(props, state, light);
    },
  };
}

/** The outline of a pictured head, as scissors follow it: what lies inside stays. */
function cutOut({ placeOf }: Print, seed: number): (u: number, v: number) => boolean {
  const [left = 0] = placeOf([-8.6, 0, -1]);
  const [right = 1] = placeOf([8.6, 0, -1]);
  const [, top = 0] = placeOf([0, 14.2, -1]);
  const [, bottom = 1] = placeOf([0, -12.5, 2]);
  const [centreU, centreV] = [(left + right) / 2, (top + bottom) / 2];
  return (u, v) => {
    const x = (2 * (u - centreU)) / (right - left);
    const y = (2 * (v - centreV)) / (bottom - top);
    const across = Math.hypot(x, y);
    const jag = 0.04 * smoothNoise((2 * x) / across, (2 * y) / across, seed + 61);
    return Math.abs(x) ** 2.3 + Math.abs(y) ** 2.3 < 1.02 + jag;
  };
}

/** Holes for eyes and mouth. */
function holes({ placeOf, photo }: Print): (u: number, v: number) => boolean {
  const hole = (x: number, y: number, z: number, halfWidth: number, halfHeight: number) => {
    const [u, v] = placeOf([x, y, z]);
    const [edge] = placeOf([x + halfWidth, y, z]);
    const [, upper] = placeOf([x, y + halfHeight, z]);
    return { u, v, width: edge - u, height: v - upper };
  };
  const open = 0.4 * photo.state.smile;
  const all = [
    hole(-EYE.x, EYE.y, 4, 1.7, 0.85),
    hole(EYE.x, EYE.y, 4, 1.7, 0.85),
    hole(0, MOUTH.y - 0.4, 5, 2.7 + open, 1.5 + open),
  ];
  return (u, v) => all.some((one) => Math.hypot((u - one.u) / one.width, (v - one.v) / one.height) < 1);
}

/** How far before the middle of a head a print lies that is worn as a mask: on the tip of the nose, cm. */
const WORN_Z = 8.1;

/** A cut-out with holes that the attacker wears, so that eyes, mouth and the turn of the head are real. */
function wornPrint(stage: Stage): Subject {
  const { seed, size } = stage.setting;
  const print = makePrint(stage, {
    glossy: false,
    bent: false,
    widthCm: ({ state }) => (1.02 * FACE_WIDTH_CM) / state.faceWidth,
  });
  const worn: SheetForm = { ...print.form, bend: { radiusCm: 10.5, axisDeg: 0 } };
  const { material } = print.sheet;
  if (material.kind !== 'pattern') throw new TypeError('expected a sheet with looks of its own');
  const outline = cutOut(print, seed);
  const cut = holes(print);
  const sheet = {
    ...createSheet(worn, material.look),
    isThere: (u: number, v: number) => outline(u, v) && !cut(u, v),
  };
  // The pictured face lies on the worn one.
  const { points } = sheet;
  for (let k = 0; k < points.length; k += 3) {
    points[k] = (points[k] ?? 0) - print.face.x;
    points[k + 1] = (points[k + 1] ?? 0) - print.face.y - 0.2;
    points[k + 2] = (points[k + 2] ?? 0) + WORN_Z;
  }
  const attacker = attackerOf(stage);
  const room = roomOf(stage);
  return {
    draw(renderer, { state, light, shear }) {
      const props = [
        { surface: sheet, placement: placementOfHead(state, size), shear },
        ...propsOfPerson(attacker, state, size, shear),
        propOfRoom(room, state),
      ];
      return renderer.draw(props, state, light);
    },
  };
}

export const PRINTS: readonly Scenario[] = [
  attack('print-flat', 'a matt print, held flat and moved as the challenge asks', (stage) =>
    heldPrint(stage, makePrint(stage, { glossy: false, bent: false })),
  ),
  attack('print-glossy', 'a glossy photograph, held flat', (stage) =>
    heldPrint(stage, makePrint(stage, { glossy: true, bent: false })),
  ),
  attack('print-bent', 'a print bent around an upright or slanting cylinder', (stage) =>
    heldPrint(stage, makePrint(stage, { glossy: false, bent: true })),
  ),
  attack('cutout', 'a print cut out along the head, without edges of paper', (stage) => {
    const print = makePrint(stage, { glossy: false, bent: false });
    const isThere = cutOut(print, stage.setting.seed);
    return heldPrint(stage, { ...print, sheet: { ...print.sheet, isThere } }, { stick: true });
  }),
  attack(
    'cutout-worn',
    'a print worn as a mask, with holes for the eyes and mouth of the attacker',
    wornPrint,
  ),
];
