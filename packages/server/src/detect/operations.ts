import { Type } from '@sinclair/typebox';
import { FaceRectangle, Quality } from '../openapi/members.js';
import { Bytes, OneOf, operation } from '../openapi/operation.js';

// What detection, verification of pairs and session images take and give, for the OpenAPI document.

const caller = 'application';
const FaceId = Type.String({ format: 'uuid' });
const Point = Type.Object({ x: Type.Number(), y: Type.Number() });
const Level = OneOf(['Low', 'Medium', 'High']);
const Share = Type.Number({ minimum: 0, maximum: 1 });

const Query = Type.Object({
  returnFaceId: Type.Optional(Type.Boolean({ default: true, description: 'needs recognition' })),
  returnFaceLandmarks: Type.Optional(Type.Boolean({ default: false })),
  returnFaceAttributes: Type.Optional(
    Type.String({
      description:
        'commas between: headPose, occlusion, blur, exposure, noise, mask, qualityForRecognition; others are refused',
    }),
  ),
  returnRecognitionModel: Type.Optional(Type.Boolean({ default: false })),
  recognitionModel: Type.Optional(
    OneOf(['recognition_01', 'recognition_02', 'recognition_03', 'recognition_04']),
  ),
  detectionModel: Type.Optional(OneOf(['detection_01', 'detection_02', 'detection_03'])),
  faceIdTimeToLive: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400, default: 86_400 })),
});

const DetectedFace = Type.Object({
  faceId: Type.Optional(FaceId),
  recognitionModel: Type.Optional(Type.String()),
  faceRectangle: FaceRectangle,
  faceLandmarks: Type.Optional(
    Type.Record(Type.String(), Point, { description: '27 points by their names' }),
  ),
  faceAttributes: Type.Optional(
    Type.Object({
      headPose: Type.Optional(
        Type.Object(
          { pitch: Type.Number(), roll: Type.Number(), yaw: Type.Number() },
          { description: 'degrees' },
        ),
      ),
      occlusion: Type.Optional(
        Type.Object({
          foreheadOccluded: Type.Boolean(),
          eyeOccluded: Type.Boolean(),
          mouthOccluded: Type.Boolean(),
        }),
      ),
      blur: Type.Optional(Type.Object({ blurLevel: Level, value: Share })),
      exposure: Type.Optional(
        Type.Object({
          exposureLevel: OneOf(['UnderExposure', 'GoodExposure', 'OverExposure']),
          value: Share,
        }),
      ),
      noise: Type.Optional(Type.Object({ noiseLevel: Level, value: Share })),
      mask: Type.Optional(
        Type.Object({
          type: OneOf(['noMask', 'faceMask', 'otherMaskOrOcclusion', 'uncertain']),
          noseAndMouthCovered: Type.Boolean(),
        }),
      ),
      qualityForRecognition: Type.Optional(Quality),
    }),
  ),
});

/** @param sessionImages whether the version knows session images */
export function detectOperation(sessionImages: boolean) {
  const byUrl = Type.Object({ url: Type.String({ description: 'of a host that the resource allows' }) });
  const bySession = Type.Object({ sessionImageId: Type.String() });
  return operation({
    summary: 'Find the faces of a picture',
    caller,
    querystring: Query,
    body: {
      'application/octet-stream': Bytes('JPEG, PNG, GIF, BMP or WebP, 1 KB to 6 MB'),
      'application/json': sessionImages ? Type.Union([bySession, byUrl]) : byUrl,
    },
    answer: { status: 200, description: 'Largest first, at most 100.', body: Type.Array(DetectedFace) },
  });
}

export const verifyOperation = operation({
  summary: 'Compare two detected faces',
  caller,
  body: { 'application/json': Type.Object({ faceId1: FaceId, faceId2: FaceId }) },
  answer: {
    status: 200,
    description: 'Identical from a confidence of 0.5 on.',
    body: Type.Object({ isIdentical: Type.Boolean(), confidence: Share }),
  },
});

export const imageOperation = operation({
  summary: 'Read the picture that stands for a decision',
  caller,
  params: Type.Object({ imageId: Type.String() }),
  answer: {
    status: 200,
    description: 'A JPEG, which lives as long as its session.',
    mediaType: 'application/octet-stream',
    body: Bytes('JPEG'),
    headers: { 'content-disposition': Type.String() },
  },
});
