import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.js';
import { readChoice, readFlag, readNumber, toFields, type Fields } from '../http/fields.js';

/** Attributes that can be measured with the networks at hand, in the contract's order. */
const ATTRIBUTES = [
  'headPose',
  'occlusion',
  'blur',
  'exposure',
  'noise',
  'mask',
  'qualityForRecognition',
] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

/** Attributes of the contract that nothing here can tell well enough: refused rather than invented. */
const UNMEASURED = [
  'glasses',
  'accessories',
  'age',
  'gender',
  'smile',
  'facialHair',
  'hair',
  'makeup',
  'emotion',
];

const RECOGNITION_MODELS = ['recognition_01', 'recognition_02', 'recognition_03', 'recognition_04'] as const;
const DETECTION_MODELS = ['detection_01', 'detection_02', 'detection_03'] as const;
const DEFAULT_TTL_S = 86_400;

/** What a detect call wants to be told. */
export interface DetectQuery {
  faceIds: boolean;
  faceIdTtlSeconds: number;
  landmarks: boolean;
  attributes: ReadonlySet<AttributeName>;
  /** Echoed only: the same networks do all the work. Null where the answer shall not name it. */
  recognitionModel: string | null;
}

/** @throws ServiceError `BadArgument`, `UnsupportedAttribute`; the message names the parameter */
export function readDetectQuery({ query }: FastifyRequest): DetectQuery {
  const fields = toFields(query as Record<string, unknown>);
  const attributes = readAttributes(fields);
  const recognition = orNamed('recognitionModel', RECOGNITION_MODELS.join(', '), () =>
    readChoice(fields, 'recognitionModel', 'BadArgument', RECOGNITION_MODELS),
  );
  const detection = orNamed('detectionModel', DETECTION_MODELS.join(', '), () =>
    readChoice(fields, 'detectionModel', 'BadArgument', DETECTION_MODELS),
  );
  const recognitionModel = recognition ?? 'recognition_01';
  if (attributes.has('qualityForRecognition')) checkQualityModels(recognitionModel, detection);
  return {
    faceIds: orNamed('returnFaceId', 'true, false', () => readFlag(fields, 'returnFaceId', true)),
    faceIdTtlSeconds:
      orNamed('faceIdTimeToLive', '60 to 86400', () =>
        readNumber(fields, 'faceIdTimeToLive', 'BadArgument', { min: 60, max: 86_400, whole: true }),
      ) ?? DEFAULT_TTL_S,
    landmarks: orNamed('returnFaceLandmarks', 'true, false', () => readFlag(fields, 'returnFaceLandmarks')),
    attributes,
    recognitionModel: orNamed('returnRecognitionModel', 'true, false', () =>
      readFlag(fields, 'returnRecognitionModel'),
    )
      ? recognitionModel
      : null,
  };
}

/** A list separated by commas; several parameters of the name are one list. */
function readAttributes(fields: Fields): Set<AttributeName> {
  const given = [fields.get('returnfaceattributes') ?? []].flat();
  const names = given.flatMap((text) => String(text).split(',')).map((name) => name.trim());
  return new Set(names.filter(Boolean).map(toAttribute));
}

function toAttribute(name: string): AttributeName {
  const isNamed = (candidate: string) => candidate.toLowerCase() === name.toLowerCase();
  const attribute = ATTRIBUTES.find(isNamed);
  if (attribute) return attribute;
  const unmeasured = UNMEASURED.find(isNamed);
  throw new ServiceError('UnsupportedAttribute', {
    message: unmeasured
      ? `The face attribute ${unmeasured} is not supported: it cannot be measured well enough here.`
      : `returnFaceAttributes is invalid: ${JSON.stringify(name.slice(0, 64))} is none of ${ATTRIBUTES.join(', ')}.`,
  });
}

/** The contract gives this attribute for the newer models only. */
function checkQualityModels(recognition: string, detection: string | null): void {
  const known = recognition === 'recognition_03' || recognition === 'recognition_04';
  if (known && detection !== 'detection_02') return;
  throw new ServiceError('UnsupportedAttribute', {
    message:
      'qualityForRecognition needs recognitionModel recognition_03 or recognition_04, and detectionModel detection_01 or detection_03.',
  });
}

/** Reads a parameter; where it cannot be, the message names it and what it may be. */
function orNamed<T>(name: string, allowed: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ServiceError('BadArgument', { message: `${name} is invalid. Allowed: ${allowed}.`, cause });
  }
}
