import fc from 'fast-check';

/** A route under attack, and what a good call of it looks like. */
export interface Target {
  method: string;
  /** With `{sessionId}` and the like where an id goes. */
  path: string;
  credentials: 'key' | 'token' | 'none';
  /** What its handler reads. */
  body: 'json' | 'multipart' | 'bytes' | 'none';
}

/** What a request is filled with: things that exist. */
export interface Known {
  key: string;
  token: string;
  id: string;
}

/** A malformed request, still without credentials and ids: those exist only when it is sent. */
export interface Malformed {
  toBytes(known: Known): Buffer;
  /** More bytes are announced than come. */
  isCut: boolean;
  /** What a failed test prints. */
  [fc.toStringMethod](): string;
}

/** Members that some reader looks for, so that wrong values reach it. */
const MEMBERS = [
  'livenessOperationMode',
  'deviceCorrelationId',
  'deviceCorrelationIdSetInClient',
  'userCorrelationId',
  'authTokenTimeToLiveInSeconds',
  'sendResultsToClient',
  'enableSessionImage',
  'verifyConfidenceThreshold',
  'numberOfClientAttemptsAllowed',
  'expectedClientIpAddress',
  'enabled',
  'livenessAbuseMonitoring',
  'reason',
  'light',
  'url',
  'sessionImageId',
  'faceId1',
  'faceId2',
  '__proto__',
  'constructor',
];

const hugeNumber = fc.constantFrom('1e400', '-1e999', '9'.repeat(400), '0.1e-400', '-0', '1E5', '00', '0x10');
const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'passive',
    'PassiveActive',
    'null',
    'NaN',
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    '%00',
    "' or 1=1 --",
    '${7*7}',
    'x'.repeat(70_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const jsonValue = fc.oneof(
  oddText.map((text) => JSON.stringify(text)),
  hugeNumber,
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.integer({ min: 2, max: 30_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
);
const jsonObject = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...MEMBERS), fc.string({ maxLength: 12 })), jsonValue), {
    maxLength: 6,
  })
  .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const badUtf8 = fc
  .constantFrom('ff', 'c080', 'eda080', 'f5808080', 'e282', '00', 'fffe7b00', 'efbbbf7b7d')
  .map(hex);
const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const jsonBody = fc.oneof(
  jsonObject.map((text) => Buffer.from(text)),
  jsonValue.map((text) => Buffer.from(text)),
  fc.tuple(jsonObject, fc.nat(200)).map(([text, end]) => Buffer.from(text).subarray(0, end)),
  fc
    .tuple(jsonObject, badUtf8)
    .map(([text, bad]) => Buffer.concat([Buffer.from(text.slice(0, -1)), bad, hex('7d')])),
  badUtf8,
  noise,
);

const PART_NAMES = [
  'Content',
  'Metadata',
  'VerifyImage',
  'Parameters',
  'livenessOperationMode',
  '',
  'x',
  'Content\0',
];
const disposition = fc.oneof(
  fc.constantFrom(
    'form-data',
    'form-data; name',
    'form-data; name="',
    'form-data; name=Content; filename="../../../etc/passwd"',
    "form-data; name=Content; filename*=UTF-8''%ff%fe",
    'form-data; name="Content"; filename="\0.webp"',
    'attachment; name="Content"',
    '',
  ),
  fc.constantFrom(...PART_NAMES).map((name) => `form-data; name="${name}"`),
);
const partHead = fc.oneof(
  disposition.map((value) => `Content-Disposition: ${value}\r\n`),
  fc.constantFrom(
    '',
    'Content-Disposition\r\n',
    `X: ${'y'.repeat(40_000)}\r\n`,
    'A: b\r\n'.repeat(500),
    'Content-Disposition: form-data; name="Content"\r\nContent-Transfer-Encoding: base64\r\n',
  ),
);
const part = fc.tuple(partHead, fc.oneof(noise, jsonBody));
const multipartBody = fc
  .record({
    parts: fc.array(part, { maxLength: 5 }),
    repeat: fc.constantFrom(1, 1, 1, 20),
    boundary: fc.constantFrom('b', 'other', ''),
    end: fc.constantFrom('--\r\n', '--', '', '\r\n', '-- \r\n\r\nepilogue'),
    cut: fc.option(fc.nat(300)),
  })
  .map(({ parts, repeat, boundary, end, cut }) => {
    const one = parts.flatMap(([head, bytes]) => [
      Buffer.from(`--${boundary}\r\n${head}\r\n`, 'latin1'),
      bytes,
      Buffer.from('\r\n'),
    ]);
    const all = Array.from({ length: repeat }, () => one).flat();
    const body = Buffer.concat([...all, Buffer.from(`--${boundary}${end}`)]);
    return cut === null ? body : body.subarray(0, cut);
  });

const contentType = fc.constantFrom(
  null,
  'application/json',
  'application/json; charset=utf-16',
  'text/json',
  'multipart/form-data; boundary=b',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'b'.repeat(300)}`,
  'multipart/form-data; boundary="b',
  'multipart/mixed; boundary=b',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'image/png',
  'APPLICATION/JSON;;;',
  'null',
  '*/*',
  '\u00ff',
);

/** Headers that servers were broken with. */
const trick = fc.constantFrom(
  '',
  '',
  '',
  'Content-Encoding: gzip\r\n',
  'Content-Encoding: identity, br\r\n',
  'Expect: 100-continue\r\n',
  'Expect: the unexpected\r\n',
  'Upgrade: websocket\r\nConnection: upgrade\r\n',
  'X-HTTP-Method-Override: DELETE\r\n',
  'X-Forwarded-For: 127.0.0.1, not an address\r\n',
  'X-Forwarded-Host: evil.example\r\n',
  'Origin: null\r\n',
  'x-ms-client-request-id: a\tb\r\nx-ms-return-client-request-id: true\r\n',
  `x-ms-client-request-id: ${'i'.repeat(9_000)}\r\n`,
  `Cookie: ${'c=d; '.repeat(900)}\r\n`,
  `X-Long: ${'l'.repeat(20_000)}\r\n`,
  'Bad Header: x\r\n',
  'X-Fold: a\r\n b\r\n',
  'X-Null: a\0b\r\n',
  ': empty\r\n',
);
/** How a body is announced and sent, and whether less comes than is announced. */
type Framing = (body: Buffer) => [head: string, sent: Buffer, isCut?: boolean];
const plain: Framing = (body) => [`Content-Length: ${body.length}\r\n`, body];
const framing = fc.constantFrom<Framing>(
  plain,
  plain,
  plain,
  plain,
  (body) => [`Content-Length: ${body.length + 10}\r\n`, body, true],
  (body) => [`Content-Length: ${Math.max(0, body.length - 3)}\r\n`, body],
  (body) => ['Content-Length: 99999999999\r\n', body, true],
  (body) => ['Content-Length: -1\r\n', body],
  (body) => ['Content-Length: 1e3\r\n', body],
  (body) => [`Content-Length: ${body.length}\r\nContent-Length: 7\r\n`, body, true],
  (body) => [`Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n`, chunked(body)],
  (body) => ['Transfer-Encoding: chunked\r\n', chunked(body)],
  (body) => ['Transfer-Encoding: chunked\r\n', chunked(body).subarray(0, -3), true],
  (body) => ['Transfer-Encoding: chunked\r\n', Buffer.concat([Buffer.from('zz\r\n'), body])],
  (body) => ['Transfer-Encoding: chunked, gzip\r\n', body, true],
  (body) => ['', body],
);

const oddId = fc.oneof(
  fc.constantFrom(
    '..',
    '%2e%2e%2f',
    '%00',
    '%ff',
    '%',
    '0'.repeat(300),
    '00000000-0000-0000-0000-000000000000',
    'null',
    "'--",
    '%F0%9F%98%80',
  ),
  fc.string({ maxLength: 30 }).map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')) || '-'),
);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '',
    '?',
    '?top=0',
    '?top=-1&start=%00',
    '?top=1e3',
    '?start=a&start=b',
    '?%',
    '?top[]=5',
  ),
  fc.constantFrom(
    '?returnFaceAttributes=all,,',
    '?faceIdTimeToLive=1e9',
    '?detectionModel=%ff',
    '?returnFaceId=maybe',
  ),
  fc.string({ maxLength: 30 }).map((text) => `?start=${text.replace(/[^\x21-\x7e]/g, '%')}`),
);
const credentials = fc.constantFrom<(target: Target, known: Known) => string>(
  right,
  right,
  right,
  right,
  right,
  right,
  (_target, { key }) => `Ocp-Apim-Subscription-Key: ${key.slice(1)}\r\n`,
  (_target, { token }) => `Authorization: Bearer ${token.slice(0, -4)}\r\n`,
  (target, known) => right(target, known) + right(target, known),
  () => 'Authorization: Bearer\r\n',
  () => 'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n',
  () => '',
);

/** Requests to a route that are wrong in at least one way that a client, a broken proxy or an attacker makes them. */
export function malformedRequests(target: Target): fc.Arbitrary<Malformed> {
  const fitting = {
    json: jsonBody,
    multipart: multipartBody,
    bytes: noise,
    none: fc.constant(Buffer.alloc(0)),
  };
  return fc
    .record({
      id: fc.option(oddId, { freq: 3 }),
      query,
      version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9'),
      host: fc.constantFrom('Host: x\r\n', 'Host: x\r\n', 'Host: x\r\n', 'Host: \r\n', ''),
      credentials,
      type: fc.oneof(
        contentType,
        fc.constant(target.body === 'multipart' ? 'multipart/form-data; boundary=b' : 'application/json'),
      ),
      trick,
      framing,
      body: fc.oneof(
        { weight: 3, arbitrary: fitting[target.body] },
        { weight: 1, arbitrary: fc.oneof(jsonBody, noise) },
      ),
    })
    .map((wrong) => ({
      // Where an Upgrade is offered, broken chunks end by the limit of silence, which a corpus has no time for.
      isCut: wrong.framing(wrong.body)[2] === true || wrong.trick.startsWith('Upgrade'),
      toBytes(known) {
        const path = target.path.replace(/\{\w+\}/, () => wrong.id ?? known.id);
        const [length, body] = wrong.framing(wrong.body);
        const head =
          `${target.method} ${path}${wrong.query} ${wrong.version}\r\n${wrong.host}Connection: close\r\n` +
          wrong.credentials(target, known) +
          (wrong.type === null ? '' : `Content-Type: ${wrong.type}\r\n`) +
          `${wrong.trick}${length}\r\n`;
        return Buffer.concat([Buffer.from(head, 'latin1'), body]);
      },
      [fc.toStringMethod]() {
        const text = this.toBytes({ key: 'KEY', token: 'TOKEN', id: 'ID' }).toString('latin1');
        return JSON.stringify(text.slice(0, 600));
      },
    }));
}

function right(target: Target, { key, token }: Known): string {
  if (target.credentials === 'none') return '';
  return target.credentials === 'key'
    ? `Ocp-Apim-Subscription-Key: ${key}\r\n`
    : `Authorization: Bearer ${token}\r\n`;
}

function chunked(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
