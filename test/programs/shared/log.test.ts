import { inspect } from 'node:util';
import { Failure, fieldsOf } from '../../../programs/agent/failure';
import { causeOf, jsonLog } from '../../../programs/shared/log';
import { PrivateText } from '../../../programs/shared/private-text';

const KEY = 'cannot parse -----BEGIN PRIVATE KEY-----\nMIGH';

test('a line is one JSON object: level, message, what every line of the program has, and fields', () => {
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), { function: 'certificate-issuer' });
  log.info('certificate-issued', { serialNumber: '1F', count: 2, empty: undefined });
  log.warn('late');
  log.error('failed', causeOf(new TypeError('oh')));
  expect(lines).toEqual([
    '{"level":"info","message":"certificate-issued","function":"certificate-issuer","serialNumber":"1F","count":2}',
    '{"level":"warn","message":"late","function":"certificate-issuer"}',
    '{"level":"error","message":"failed","function":"certificate-issuer","reason":"TypeError","why":"oh"}',
  ]);
});

test('a metric is a line of its own kind', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), { function: 'other' }).raw({ Mesh: 'shop.internal' });
  expect(lines).toEqual(['{"Mesh":"shop.internal"}']);
});

test('private text shows nowhere but where it is revealed', () => {
  const key = new PrivateText('the key');
  const { why } = causeOf(new Error(`failed with ${key.toString()}`));
  const shown = [
    String(key),
    key.toString(),
    JSON.stringify({ key }),
    inspect({ key }, { showHidden: true, depth: 9 }),
    why,
    Object.values(key).join(),
  ];
  for (const text of shown) expect(text).not.toContain('the key');
  expect(key.reveal()).toBe('the key');
});

test.each<[string, (log: ReturnType<typeof jsonLog>) => void]>([
  [
    'an error of a function',
    (log) => {
      log.error('certificate-failed', causeOf(new Error(KEY)));
    },
  ],
  [
    'a failure of the agent',
    (log) => {
      log.warn('waiting for the certificate', fieldsOf(new Failure('malformed', KEY)));
    },
  ],
  [
    'a message',
    (log) => {
      log.info(KEY);
    },
  ],
  [
    'something inside of a field',
    (log) => {
      log.info('read', { files: [{ content: KEY }] });
    },
  ],
  [
    'a metric',
    (log) => {
      log.raw({ why: KEY });
    },
  ],
  [
    'what every line has',
    (log) => {
      log.info('again');
    },
  ],
])('a key that gets into %s by accident is not logged', (_, write) => {
  const lines: string[] = [];
  write(jsonLog((line) => lines.push(line), { context: KEY }));
  expect(lines.join()).toContain('[redacted]');
  expect(lines.join()).not.toMatch(/MIGH|PRIVATE KEY/);
});

test('anything that is thrown can be logged', () => {
  expect(causeOf('oh')).toEqual({ reason: 'string', why: 'oh' });
  expect(causeOf(undefined)).toEqual({ reason: 'undefined', why: 'undefined' });
});
