/** What a list of measurements goes over: another list of the cue, times `scale`; its own order where there is none. */
interface Over {
  list: string;
  scale: number;
  unit: string;
}

/** A drawing: lists of the cue's evidence with what each is called. */
interface CourseView {
  title: string;
  over: Over;
  lines: Readonly<Record<string, string>>;
}

const TIME: Over = { list: 'timeMs', scale: 1 / 1000, unit: 's' };
const FRAMES: Over = { list: 'frames', scale: 1, unit: 'frame' };
const FRAME_BY_FRAME: Over = { list: '', scale: 1, unit: 'frame' };
const PAIRS: Over = { list: '', scale: 1, unit: 'pair of frames' };

/** What each cue asks, as in docs/cues, and which of its measurements a person can read from a drawing. */
export const CUE_VIEWS: Readonly<Record<string, { asks: string; courses: readonly CourseView[] }>> = {
  challenge: {
    asks: 'Were ovals and turn followed, as a body can?',
    courses: [
      {
        title: 'Width of the face, as a share of the shorter side',
        over: TIME,
        lines: { faceWidth: 'width' },
      },
      { title: 'Turn of the head, degrees', over: TIME, lines: { yawDeg: 'yaw' } },
    ],
  },
  integrity: {
    asks: 'Could a camera have given these frames?',
    courses: [
      { title: 'Change from the frame before', over: FRAME_BY_FRAME, lines: { change: 'change' } },
      { title: 'Time since the frame before, ms', over: FRAME_BY_FRAME, lines: { intervalMs: 'ms' } },
    ],
  },
  light: {
    asks: "Does the face shine in this session's colours?",
    courses: [
      {
        title: 'Red on the skin and on the screen',
        over: TIME,
        lines: { skinRed: 'skin', screenRed: 'screen' },
      },
      {
        title: 'Blue on the skin and on the screen',
        over: TIME,
        lines: { skinBlue: 'skin', screenBlue: 'screen' },
      },
    ],
  },
  expression: {
    asks: 'Did the mouth really move?',
    courses: [{ title: 'How far the expression was made', over: TIME, lines: { value: 'expression' } }],
  },
  parallax: {
    asks: 'Is what moves a head or a sheet?',
    courses: [
      {
        title: 'Signs of depth, pair by pair of frames; higher = more like a head',
        over: PAIRS,
        lines: {
          pairDepth: 'depth',
          pairDepthBeyondBend: 'beyond a bent sheet',
          pairBeyondPlane: 'beyond a plane',
        },
      },
    ],
  },
  surroundings: {
    asks: 'Does what is around the face come nearer with it?',
    courses: [
      {
        title: 'What moves with the face, and with the room',
        over: PAIRS,
        lines: { withFace: 'face', withRoom: 'room' },
      },
    ],
  },
  texture: {
    asks: 'Is there a grid on the skin?',
    courses: [{ title: 'Strength of a grid', over: FRAMES, lines: { frameStrength: 'strength' } }],
  },
  'pad-networks': {
    asks: 'Does it look like print or screen?',
    courses: [
      {
        title: 'What the networks say of each frame; higher = more like a person',
        over: FRAMES,
        lines: { fp4: 'pad-fasnet', d8l: 'pad-tree' },
      },
    ],
  },
};
