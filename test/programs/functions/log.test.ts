import { inspect } from 'node:util';
import { errorFields, jsonLog } from '../../../programs/functions/log';
import { PrivateText } from '../../../programs/shared/private-text';

test('a log line is one JSON object with the context of its function', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), { function: 'certificate-rotation' }).info('certificate-issued', { serialNumber: '1F', count: 2, empty: undefined });
  expect(lines).toEqual(['{"level":"info","event":"certificate-issued","function":"certificate-rotation","serialNumber":"1F","count":2}']);
});

test('private text shows nowhere but where it is revealed', () => {
  const key = new PrivateText('the key');
  const { message } = errorFields(new Error(`failed with ${key.toString()}`));
  for (const shown of [String(key), key.toString(), JSON.stringify({ key }), inspect({ key }, { showHidden: true, depth: 9 }), message, Object.values(key).join()]) expect(shown).not.toContain('the key');
  expect(key.reveal()).toBe('the key');
});

test('a key that gets into an error message by accident is not logged', () => {
  const lines: string[] = [];
  const error = new Error('cannot parse -----BEGIN PRIVATE KEY-----\nMIGH');
  jsonLog((line) => lines.push(line)).error('rotation-failed', errorFields(error));
  expect(lines).toEqual(['{"level":"error","event":"rotation-failed","error":"Error","message":"[redacted]"}']);
});

test('anything that is thrown can be logged', () => {
  expect(errorFields('oh')).toEqual({ error: 'string', message: 'oh' });
  expect(errorFields(undefined)).toEqual({ error: 'undefined', message: 'undefined' });
});
